import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spectrail } from '../cli.ts';
import { sharedFolder } from '../oracle.ts';
import { browserMissing, launch, watch } from './chromium.ts';
import {
  brokenLinks,
  cutTables,
  emptyPictures,
  focusOf,
  headingLevels,
  linkTargets,
  overlappingTexts,
  sidewaysScroll,
  textsOutside,
} from './page-laws.ts';

const shared = sharedFolder();
if (!shared) console.warn('Skipped: the corpus of instrument files is missing (SPECTRAIL_SHARED).');

const WIDTHS = [1280, 390];
const NAMES = ['a simulated map', ...(shared ? ['a map of many elements', 'an SEM map of few counts'] : [])];

describe.skipIf(browserMissing)('the report', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spectrail-report-'));
  const reports: Record<string, string> = {};
  let browser: Browser;

  async function report(name: string, report: string, args: readonly string[]): Promise<void> {
    const { code, stderr } = await spectrail(args, { cwd: folder });
    expect(code, stderr).toBe(0);
    reports[name] = pathToFileURL(join(folder, report)).href;
  }

  const phaseMap = (name: string, file: string, out: string) =>
    report(name, join(out, 'report.html'), ['run', 'eds-phase-map', '--input', file, '--out', out]);

  beforeAll(async () => {
    await report(NAMES[0], 'demo/eds-phase-map/report.html', ['demo', '--out', 'demo']);
    if (shared) {
      const corpus = join(shared, 'corpus');
      await phaseMap(NAMES[1], join(corpus, 'hspy/88_ES-LP_G8_selection2_cropped2.hspy'), 'elements');
      await phaseMap(NAMES[2], join(corpus, 'bruker-bcf/P45_the_default_job.bcf'), 'few-counts');
    }
    browser = await launch();
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  describe.each(NAMES)('of %s', (name) => {
    describe.each(WIDTHS)('at %i px', (width) => {
      let page: Page;
      let seen: ReturnType<typeof watch>;

      beforeAll(async () => {
        const context = await browser.newContext({ viewport: { width, height: 900 }, javaScriptEnabled: true });
        page = await context.newPage();
        seen = watch(page);
        await page.goto(reports[name]);
      });

      afterAll(() => page?.context().close());

      it('loads itself and nothing else, without a complaint', () => {
        expect(seen.complaints).toEqual([]);
        expect(seen.requests).toEqual([reports[name]]);
      });

      it('never scrolls sideways as a page', async () => {
        expect(await page.evaluate(sidewaysScroll)).toEqual([]);
      });

      it('shows every picture, and the text of the figures inside them', async () => {
        expect(await page.evaluate(emptyPictures)).toEqual([]);
        expect(await page.evaluate(textsOutside)).toEqual([]);
      });

      it('writes no text of a figure over another', async () => {
        expect(await page.evaluate(overlappingTexts)).toEqual([]);
      });

      it('leaves every table readable to its last column, by scrolling its own frame at most', async () => {
        expect(await page.evaluate(cutTables)).toEqual([]);
      });

      it('has headings in order and links that lead somewhere', async () => {
        const levels = await page.evaluate(headingLevels);
        expect(levels[0]).toBe(1);
        expect(levels.filter((level) => level === 1)).toHaveLength(1);
        expect(levels.filter((level, i) => i > 0 && level > levels[i - 1] + 1)).toEqual([]);
        expect(await page.evaluate(brokenLinks)).toEqual([]);
      });
    });

    it('is read with the keyboard: Tab goes through the links in order, and shows where it is', async () => {
      const page = await browser.newPage({ viewport: { width: 390, height: 900 } });
      await page.goto(reports[name]);
      const reached: string[] = [];
      const faint: string[] = [];
      for (let i = 0; i < 25; i++) {
        await page.keyboard.press('Tab');
        const { link, visible } = await page.evaluate(focusOf);
        if (!visible) faint.push(link);
        reached.push(link);
      }
      expect(faint).toEqual([]);
      expect(reached.filter((link) => link.startsWith('#'))).toEqual(
        (await page.evaluate(linkTargets)).slice(0, reached.filter((link) => link.startsWith('#')).length),
      );
      await page.close();
    });

    it('is the same without JavaScript', async () => {
      const heights: number[] = [];
      for (const javaScriptEnabled of [true, false]) {
        const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, javaScriptEnabled });
        const page = await context.newPage();
        await page.goto(reports[name]);
        heights.push((await page.locator('body').boundingBox())?.height ?? 0);
        if (!javaScriptEnabled) expect(await page.locator('script').count()).toBe(0);
        await context.close();
      }
      expect(heights[1]).toBe(heights[0]);
      expect(heights[0]).toBeGreaterThan(2000);
    });
  });
});
