import { describe, expect, it } from 'vitest';
import { detectorEfficiency, lineFwhm } from './eds-detector.ts';
import { lineStrengths } from './ionisation.ts';
import { suggestElements } from './suggest-elements.ts';

const energiesKeV = Float64Array.from({ length: 1024 }, (_, j) => -0.2 + 0.01 * j);

/** Exact mean excess of elements, each scaled to `counts` in its strongest line on the axis. */
function excessOf(elements: Record<string, number>, noise = 0): Float64Array {
  const out = new Float64Array(energiesKeV.length);
  for (const [element, counts] of Object.entries(elements)) {
    const seen = lineStrengths(element, 200)
      .filter(({ line }) => line.energyKeV > 0.1 && line.energyKeV < 10)
      .map(({ line, crossSection }) => ({ line, strength: crossSection * detectorEfficiency(line.energyKeV) }));
    const top = Math.max(...seen.map(({ strength }) => strength));
    for (const { line, strength } of seen) {
      const sigma = lineFwhm(line.energyKeV, 130) / 2.35482;
      for (let j = 0; j < out.length; j++) {
        const z = (energiesKeV[j] - line.energyKeV) / sigma;
        out[j] += ((counts * strength) / top) * (0.01 / (sigma * 2.50663)) * Math.exp(-0.5 * z * z);
      }
    }
  }
  // A fixed, zero-mean pattern stands for noise: the test must not depend on a draw.
  return out.map((value, j) => value + noise * Math.sin(j * j));
}

const best = (elements: Record<string, number>, band: [number, number], noise = 0) =>
  suggestElements({ band, excess: { energiesKeV, counts: excessOf(elements, noise) } });

describe('elements for an unexplained peak', () => {
  it('names the element with the strongest line in the band when only the band is known', () => {
    expect(suggestElements({ band: [3.6, 3.78] })[0]).toMatchObject({ element: 'Ca', score: 1 });
    expect(suggestElements({ band: [6.3, 6.5] })[0].element).toBe('Fe');
    expect(suggestElements({ band: [8.0, 8.1] })[0].element).toBe('Cu');
  });

  it('tells titanium from barium by the lines that go with them', () => {
    expect(best({ Ti: 400 }, [4.4, 4.6], 1)[0].element).toBe('Ti');
    expect(best({ Ba: 400 }, [4.4, 4.6], 1)[0].element).toBe('Ba');
  });

  it('tells sulfur, molybdenum and lead apart within one resolution width', () => {
    expect(best({ S: 2000 }, [2.2, 2.4])[0].element).toBe('S');
    expect(best({ Mo: 2000 }, [2.2, 2.4])[0].element).toBe('Mo');
    expect(best({ Pb: 2000 }, [2.2, 2.45])[0].element).toBe('Pb');
  });

  it('finds calcium from the sixty counts of five pixels', () => {
    const candidates = best({ Ca: 60 }, [3.6, 3.8]);
    expect(candidates[0].element).toBe('Ca');
    expect(candidates[0].significance).toBeGreaterThan(5);
    expect(candidates[0].reasons.join(' ')).toContain('Ca_Ka at 3.690 keV');
  });

  it('does not take a weak line for an element whose strong line is missing', () => {
    const candidates = best({ Cr: 1000 }, [5.35, 5.48]);
    expect(candidates[0].element).toBe('Cr');
    const vanadium = candidates.find(({ element }) => element === 'V');
    expect(vanadium?.score ?? 0).toBeLessThan(0.1);
  });

  it('says which other family supports a candidate, and marks down one whose other family is missing', () => {
    const [copper] = best({ Cu: 3000 }, [7.9, 8.2]);
    expect(copper.element).toBe('Cu');
    expect(copper.reasons.some((reason) => reason.startsWith('supported by Cu_La'))).toBe(true);
    const onlyK = excessOf({ Cu: 3000 }).map((value, j) => (energiesKeV[j] < 2 ? 0 : value));
    const [marked] = suggestElements({ band: [7.9, 8.2], excess: { energiesKeV, counts: onlyK } });
    expect(marked.reasons.some((reason) => reason.startsWith('contradicted by Cu_La'))).toBe(true);
  });

  it('offers noble gases and short-lived elements only when nothing else fits', () => {
    const near = suggestElements({ band: [2.9, 3.0], limit: 20 }).map(({ element }) => element);
    expect(near).toContain('Ag');
    expect(near).not.toContain('Ar');
    const exclude = near;
    expect(suggestElements({ band: [2.9, 3.0], exclude, limit: 20 }).map(({ element }) => element)).toContain('Ar');
  });

  it('leaves out lines the beam cannot excite, elements already accounted for, and more than the limit', () => {
    const band: [number, number] = [6.3, 6.5];
    expect(suggestElements({ band, beamEnergyKeV: 7 }).map(({ element }) => element)).not.toContain('Fe');
    expect(suggestElements({ band, exclude: ['Fe'] }).map(({ element }) => element)).not.toContain('Fe');
    expect(suggestElements({ band, limit: 1 })).toHaveLength(1);
  });

  it('fits with the stated resolution', () => {
    const counts = excessOf({ Ca: 500 });
    const sharp = suggestElements({ band: [3.6, 3.8], excess: { energiesKeV, counts }, resolutionMnKaEV: 130 });
    const blunt = suggestElements({ band: [3.6, 3.8], excess: { energiesKeV, counts }, resolutionMnKaEV: 200 });
    expect(sharp[0].significance).not.toBeCloseTo(blunt[0].significance!, 2);
  });

  it('refuses an empty band and arrays that do not match', () => {
    expect(() => suggestElements({ band: [4, 3] })).toThrowError(/band 4 to 3/);
    expect(() => suggestElements({ band: [3, 4], excess: { energiesKeV, counts: [1, 2] } })).toThrowError(
      /2 counts on 1024/,
    );
  });

  it('returns nothing where the excess is noise', () => {
    expect(suggestElements({ band: [3.6, 3.8], excess: { energiesKeV, counts: new Float64Array(1024) } })).toEqual([]);
  });
});
