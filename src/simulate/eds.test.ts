import { describe, expect, it } from 'vitest';
import { lineFwhm } from '../reference/eds-detector.ts';
import { suggestElements } from '../reference/suggest-elements.ts';
import { lineNamed } from '../reference/xray-lines.ts';
import { concatBlocks, type EventsBlock } from '../signal/block.ts';
import { addLine, errorFunction } from './detector-response.ts';
import { type EdsSimulation, simulateEds, truthAsPlain } from './eds.ts';
import type { EdsParameters } from './eds-parameters.ts';
import { eventsSampler } from './events-sampling.ts';
import { SIMULATORS } from './index.ts';

const sum = (values: ArrayLike<number>) =>
  Array.prototype.reduce.call(values, (a, b) => (a as number) + b, 0) as number;
const whole = ({ drawPixels, truth }: EdsSimulation) => drawPixels(0, truth.labels.length);
const channelOf = (energyKeV: number) => Math.round((energyKeV + 0.2) / 0.01);

/** Counts of each pixel in channels [from, to). */
function windowCounts({ pixels, offsets, channel, count }: EventsBlock, from = 0, to = Number.POSITIVE_INFINITY) {
  const out = new Float64Array(pixels);
  for (let i = 0; i < pixels; i++) {
    for (let e = offsets[i]; e < offsets[i + 1]; e++) if (channel[e] >= from && channel[e] < to) out[i] += count[e];
  }
  return out;
}

function moments(values: ArrayLike<number>) {
  const mean = sum(values) / values.length;
  let square = 0;
  for (let i = 0; i < values.length; i++) square += (values[i] - mean) ** 2;
  return { mean, variance: square / (values.length - 1) };
}

const bytes = ({ offsets, channel, count }: EventsBlock) =>
  [offsets, channel, count].map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength).toString('base64'),
  );

describe('mean spectra', () => {
  const { truth } = simulateEds();

  it('are the sum of their components to 1e-9, and hold the dose', () => {
    for (const { mean, components } of truth.phases) {
      const total = new Float64Array(mean.length);
      for (const { values } of components) for (let j = 0; j < total.length; j++) total[j] += values[j];
      for (let j = 0; j < total.length; j++) expect(Math.abs(total[j] - mean[j])).toBeLessThanOrEqual(1e-9 * mean[j]);
      expect(sum(mean)).toBeCloseTo(100, 9);
      expect(mean.every((value) => value >= 0)).toBe(true);
    }
  });

  it('hold each element as a component, and the continuum', () => {
    for (const { composition, components } of truth.phases) {
      expect(components.map(({ name }) => name)).toEqual([...Object.keys(composition), 'continuum']);
      expect(sum(Object.values(composition))).toBeCloseTo(1, 12);
    }
  });

  it('peak where the lines are', () => {
    const { mean } = truth.phases[0];
    const top = mean.reduce((best, value, j) => (value > mean[best] && j > 500 ? j : best), 501);
    expect(Math.abs(top - channelOf(lineNamed('Ni_Ka').energyKeV))).toBeLessThanOrEqual(1);
  });

  it('have the detector width, integrated over channels', () => {
    const axis = { count: 1024, dispersionKeV: 0.01, offsetKeV: -0.2 };
    const out = new Float64Array(1024);
    addLine(out, 5.8987, 1000, axis, 130);
    const centre = out.reduce((total, value, j) => total + value * (j * 0.01 - 0.2), 0) / 1000;
    const variance = out.reduce((total, value, j) => total + value * (j * 0.01 - 0.2 - centre) ** 2, 0) / 1000;
    expect(sum(out)).toBeCloseTo(1000, 6);
    expect(centre).toBeCloseTo(5.8987, 8);
    // Integration over a channel of width w adds w²/12.
    expect(2.3548200450309493 * Math.sqrt(variance - 0.01 ** 2 / 12)).toBeCloseTo(0.13, 6);
    const edge = new Float64Array(1024);
    addLine(edge, -0.205, 1000, axis, 130);
    expect(sum(edge)).toBeCloseTo(500, 6);
  });

  it('rest on an error function good to 1e-14', () => {
    for (const [x, value] of [
      [0, 0],
      [0.1, 0.1124629160182849],
      [1, 0.8427007929497149],
      [2, 0.9953222650189527],
      [2.6, 0.9997639655834707],
      [3, 0.9999779095030014],
      [-1.5, -0.9661051464753108],
    ]) {
      expect(Math.abs(errorFunction(x) - value)).toBeLessThan(1e-14);
    }
  });
});

describe('specimen', () => {
  it('gives every phase at least a tenth of the map, at any size', () => {
    for (const size of [{}, { height: 16, width: 16 }, { height: 100, width: 60 }, { height: 40, width: 110 }]) {
      const { truth } = simulateEds({ ...size, dose: 1 });
      for (const { pixels } of truth.phases.slice(0, 4)) expect(pixels / truth.labels.length).toBeGreaterThan(0.1);
      expect(sum(truth.phases.map(({ pixels }) => pixels))).toBe(truth.labels.length);
    }
  });

  it('has a pair that differs by the stated fraction of one element, the rest in proportion', () => {
    for (const pairDifference of [0.15, 0.05]) {
      const { truth } = simulateEds({ pairDifference });
      const [poor, rich] = truth.pair.phases.map((phase) => truth.phases[phase].composition);
      const { element } = truth.pair;
      expect(rich[element] - poor[element]).toBeCloseTo(pairDifference, 12);
      expect(Object.keys(rich)).toEqual(Object.keys(poor));
      const shrink = (1 - rich[element]) / (1 - poor[element]);
      for (const symbol of Object.keys(poor)) {
        if (symbol !== element) expect(rich[symbol] / poor[symbol]).toBeCloseTo(shrink, 12);
      }
      expect(truth.pair.difference).toBe(pairDifference);
    }
    const same = simulateEds({ pairDifference: 0 }).truth;
    const [one, other] = same.phases;
    expect(Math.max(...one.mean.map((value, j) => Math.abs(other.mean[j] - value)))).toBeLessThan(1e-12);
  });

  it('has a rare phase of five adjacent pixels with an element of its own, or none', () => {
    const { truth } = simulateEds();
    const rare = truth.rare!;
    expect(rare.pixels).toHaveLength(5);
    const middle = rare.pixels[2];
    expect(rare.pixels.map((pixel) => pixel - middle)).toEqual([-64, -1, 0, 1, 64]);
    expect([...truth.labels].flatMap((label, i) => (label === rare.phase ? [i] : []))).toEqual(rare.pixels);
    for (const { composition } of truth.phases.slice(0, 4)) expect(composition).not.toHaveProperty(rare.element);
    const without = simulateEds({ rare: false }).truth;
    expect(without.rare).toBeUndefined();
    expect(without.phases).toHaveLength(4);
    expect(without.labels.every((label) => label < 4)).toBe(true);
  });

  it('gives the rare line 12 counts a pixel at the default dose, over less than one of anything else', () => {
    const at = channelOf(lineNamed('Ca_Ka').energyKeV);
    const half = Math.round(lineFwhm(3.69, 130) / 0.01);
    const { truth } = simulateEds();
    expect(truth.rare!.countsPerPixel).toBeCloseTo(12, 4);
    for (const { mean } of truth.phases.slice(0, 4))
      expect(sum(mean.subarray(at - half, at + half + 1))).toBeLessThan(1);
    expect(simulateEds({ dose: 400 }).truth.rare!.countsPerPixel).toBeCloseTo(48, 4);

    const rare = truth.phases[truth.rare!.phase].mean;
    const seen: number[] = [];
    for (let seed = 0; seed < 100; seed++) {
      const model = { channels: 1024, labels: new Uint8Array(5), means: [rare], exposure: () => 1, seed };
      seen.push(...windowCounts(eventsSampler(model, 'uint16')(0, 5), at - half, at + half + 1));
    }
    const expected = sum(truth.phases[4].mean.subarray(at - half, at + half + 1));
    expect(expected).toBeGreaterThan(11);
    expect(Math.abs(moments(seen).mean - expected)).toBeLessThan(4 * Math.sqrt(expected / seen.length));
  });
});

describe('counts', () => {
  it('are Poisson: the mean and the variance of pixel totals are the dose, over seeds', () => {
    const totals: number[] = [];
    for (const seed of [1, 2, 3]) totals.push(...windowCounts(whole(simulateEds({ seed }))));
    const { mean, variance } = moments(totals);
    const n = totals.length;
    expect(Math.abs(mean - 100)).toBeLessThan(4 * Math.sqrt(100 / n));
    expect(Math.abs(variance - 100)).toBeLessThan(4 * 100 * Math.sqrt(2 / n));
  });

  it('scatter by ±100 at 10 000', () => {
    const { mean, variance } = moments(windowCounts(whole(simulateEds({ dose: 10_000, height: 24, width: 24 }))));
    expect(Math.abs(mean - 10_000)).toBeLessThan(4 * Math.sqrt(10_000 / 576));
    expect(Math.sqrt(variance)).toBeGreaterThan(88);
    expect(Math.sqrt(variance)).toBeLessThan(112);
  });

  it('fall into channels as the mean spectrum says (χ²), with Poisson variance in each', () => {
    const simulation = simulateEds({ height: 96, width: 96, seed: 11 });
    const { truth } = simulation;
    const block = whole(simulation);
    truth.phases.slice(0, 4).forEach(({ mean, pixels }, phase) => {
      const observed = new Float64Array(mean.length);
      const squares = new Float64Array(mean.length);
      for (let i = 0; i < block.pixels; i++) {
        if (truth.labels[i] !== phase) continue;
        for (let e = block.offsets[i]; e < block.offsets[i + 1]; e++) {
          observed[block.channel[e]] += block.count[e];
          squares[block.channel[e]] += block.count[e] ** 2;
        }
      }
      let chi2 = 0;
      let freedom = 0;
      let dispersion = 0;
      for (let j = 0; j < mean.length; j++) {
        const expected = mean[j] * pixels;
        if (expected < 10) continue;
        chi2 += (observed[j] - expected) ** 2 / expected;
        freedom++;
        dispersion += (squares[j] / pixels - (observed[j] / pixels) ** 2) / mean[j];
      }
      expect(freedom).toBeGreaterThan(100);
      expect(Math.abs(chi2 - freedom)).toBeLessThan(4 * Math.sqrt(2 * freedom));
      expect(dispersion / freedom).toBeCloseTo(1, 1);
      expect(sum(observed.filter((_, j) => mean[j] === 0))).toBe(0);
    });
  });

  it('repeat bit for bit for a seed, and differ for another', () => {
    expect(bytes(whole(simulateEds({ seed: 5 })))).toEqual(bytes(whole(simulateEds({ seed: 5 }))));
    expect(bytes(whole(simulateEds({ seed: 6 })))).not.toEqual(bytes(whole(simulateEds({ seed: 5 }))));
  });

  it('are the same drawn alone as in the whole map', async () => {
    const simulation = simulateEds({ gainRipple: 0.1, thickness: 'wedge' });
    const { values } = simulation.dataset;
    const loaded = values.kind === 'events' ? await values.load() : undefined;
    const cuts = [0, 1, 7, 1000, 2048, 4095, 4096];
    const parts = cuts.slice(1).map((end, i) => simulation.drawPixels(cuts[i], end));
    expect(bytes(concatBlocks(parts) as EventsBlock)).toEqual(bytes(loaded!));
    expect(() => simulation.drawPixels(10, 5000)).toThrowError(/10 to 5000/);
  });

  it('keep the rules of events: channels ascending, counts above zero', () => {
    const { offsets, channel, count, pixels } = whole(simulateEds({ dose: 1000 }));
    for (let i = 0; i < pixels; i++) {
      for (let e = offsets[i]; e < offsets[i + 1]; e++) {
        if (count[e] === 0 || (e > offsets[i] && channel[e] <= channel[e - 1])) expect.unreachable(`entry ${e}`);
      }
    }
    expect(count).toBeInstanceOf(Uint8Array);
    expect(simulateEds({ dose: 100_000, height: 16, width: 16 }).dataset.dtype).toBe('uint16');
  });

  it('gain signal to noise as the square root of the dose: slope 0.500 ± 0.005', () => {
    const doses = [4, 16, 64, 256, 1024];
    const oKa = channelOf(lineNamed('O_Ka').energyKeV);
    const snr = { total: [] as number[], line: [] as number[] };
    for (const dose of doses) {
      const simulation = simulateEds({ dose, height: 192, width: 192, channels: 512, seed: 3 });
      const block = whole(simulation);
      const all = moments(windowCounts(block));
      const inScale = windowCounts(block, oKa - 8, oKa + 9).filter((_, i) => simulation.truth.labels[i] === 2);
      const line = moments(inScale);
      snr.total.push(all.mean / Math.sqrt(all.variance));
      snr.line.push(line.mean / Math.sqrt(line.variance));
    }
    expect(Math.abs(slope(doses, snr.total) - 0.5)).toBeLessThan(0.005);
    expect(Math.abs(slope(doses, snr.line) - 0.5)).toBeLessThan(0.005);
  });
});

/** Least-squares slope of log y against log x. */
function slope(x: number[], y: number[]): number {
  const u = x.map(Math.log);
  const v = y.map(Math.log);
  const meanU = sum(u) / u.length;
  const meanV = sum(v) / v.length;
  return sum(u.map((each, i) => (each - meanU) * (v[i] - meanV))) / sum(u.map((each) => (each - meanU) ** 2));
}

describe('artefacts', () => {
  it('ripple adds a high-frequency component of the set size without spatial structure, and keeps the mean', () => {
    const along = (gainRipple: number) => {
      const simulation = simulateEds({ gainRipple, dose: 10_000, height: 48, width: 48, seed: 2 });
      const block = whole(simulation);
      const pattern = simulation.truth.ripplePattern ?? simulateEds({ gainRipple: 0.1, seed: 2 }).truth.ripplePattern!;
      const { phases, labels } = simulation.truth;
      const projected = phases.map((phase) => sum(phase.mean.map((mean, j) => mean * pattern[j])));
      return Float64Array.from({ length: block.pixels }, (_, i) => {
        let value = 0;
        for (let e = block.offsets[i]; e < block.offsets[i + 1]; e++)
          value += pattern[block.channel[e]] * block.count[e];
        return value - projected[labels[i]];
      });
    };
    // Var of Σ p·x is the dose from counting, plus (r·dose)² from the ripple.
    expect(moments(along(0)).variance / 10_000).toBeCloseTo(1, 0);
    const projected = along(0.05);
    const { mean, variance } = moments(projected);
    expect(variance / (10_000 + (0.05 * 10_000) ** 2)).toBeGreaterThan(0.9);
    expect(variance / (10_000 + (0.05 * 10_000) ** 2)).toBeLessThan(1.1);
    expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(variance / projected.length));
    let neighbours = 0;
    for (let i = 1; i < projected.length; i++) neighbours += projected[i] * projected[i - 1];
    expect(Math.abs(neighbours / projected.length / variance)).toBeLessThan(4 / Math.sqrt(projected.length));
  });

  it('ripple pattern changes sign about every other channel', () => {
    const pattern = simulateEds({ gainRipple: 0.02 }).truth.ripplePattern!;
    const changes = pattern.reduce((n, value, j) => n + (j > 0 && value !== pattern[j - 1] ? 1 : 0), 0);
    expect(changes).toBeGreaterThan(440);
    expect(changes).toBeLessThan(580);
  });

  it('a wedge spreads the dose from half to one and a half along x', () => {
    const simulation = simulateEds({ thickness: 'wedge', dose: 400 });
    const totals = windowCounts(whole(simulation));
    const column = (x: number) => sum(Array.from({ length: 64 }, (_, y) => totals[y * 64 + x])) / 64;
    expect(column(0) / 400).toBeCloseTo(0.5, 1);
    expect(column(63) / 400).toBeCloseTo(1.5, 1);
    expect(sum(totals) / 4096 / 400).toBeCloseTo(1, 2);
  });
});

describe('the rare phase', () => {
  it('is named from the excess of its five pixels over the phase around it', () => {
    const { truth } = simulateEds();
    const rare = truth.rare!;
    const [host, own] = [truth.phases[2].mean, truth.phases[rare.phase].mean];
    const energiesKeV = Float64Array.from(host, (_, j) => -0.2 + 0.01 * j);
    for (let seed = 0; seed < 20; seed++) {
      const model = { channels: 1024, labels: new Uint8Array(5), means: [own], exposure: () => 1, seed };
      const { channel, count } = eventsSampler(model, 'uint16')(0, 5);
      const variance = host.map((mean) => 5 * mean);
      const counts = variance.map((mean) => -mean);
      for (let e = 0; e < channel.length; e++) counts[channel[e]] += count[e];
      const candidates = suggestElements({ band: [3.6, 3.78], excess: { energiesKeV, counts, variance } });
      expect(candidates[0].element).toBe('Ca');
      expect(candidates[0].significance).toBeGreaterThan(4);
    }
  });
});

describe('parameters', () => {
  const phase = (given: Partial<EdsParameters>, index = 0) => simulateEds(given).truth.phases[index];

  it('each change what they name', () => {
    const usual = phase({}, 2);
    expect(phase({ window: 'polymer' }, 2).lineCounts.O_Ka).toBeLessThan(usual.lineCounts.O_Ka);
    expect(phase({ takeOffAngleDeg: 10 }, 2).lineCounts.O_Ka).toBeLessThan(usual.lineCounts.O_Ka);
    expect(phase({ thicknessNm: 300 }, 2).lineCounts.O_Ka).toBeLessThan(usual.lineCounts.O_Ka);
    const lighter = phase({ beamEnergyKeV: 80 }).lineCounts;
    expect(lighter.Ni_La / lighter.Ni_Ka).not.toBeCloseTo(phase({}).lineCounts.Ni_La / phase({}).lineCounts.Ni_Ka, 2);
    expect(Math.max(...phase({ resolutionMnKaEV: 160 }, 2).mean)).toBeLessThan(Math.max(...usual.mean));
    const { dataset } = simulateEds({
      pixelSizeNm: 0.5,
      offsetKeV: 0,
      dispersionKeV: 0.02,
      channels: 600,
      height: 20,
      width: 24,
    });
    expect(dataset.shape).toEqual([20, 24, 600]);
    expect(dataset.axes).toMatchObject([
      { size: 20, scale: 0.5, unit: 'nm', role: 'navigation' },
      { size: 24, scale: 0.5, unit: 'nm', role: 'navigation' },
      { size: 600, scale: 0.02, offset: 0, unit: 'keV', role: 'spectral' },
    ]);
  });

  it('stand in the metadata under the names readers use', () => {
    expect(simulateEds({ takeOffAngleDeg: 35, beamEnergyKeV: 300 }).dataset.metadata).toMatchObject({
      signal_type: 'EDS_TEM',
      beam_energy_keV: 300,
      detector_EDS: { elevation_angle: 35, energy_resolution_MnKa: 130, live_time: 40.96 },
      elements: ['C', 'O', 'Al', 'Ca', 'Ti', 'Cr', 'Co', 'Ni', 'Ta'],
    });
    expect(simulateEds({ rare: false }).dataset.metadata.elements).not.toContain('Ca');
  });

  it('are refused outside their range, by name', () => {
    expect(() => simulateEds({ dose: 0 })).toThrowError(/dose is 0/);
    expect(() => simulateEds({ seed: -1 })).toThrowError(/seed is -1/);
    expect(() => simulateEds({ height: 1e9, width: 1e9 })).toThrowError(/height/);
    expect(() => simulateEds({ height: 16, width: 160 })).toThrowError(/cover only/);
    expect(() => simulateEds({ channels: 100 })).toThrowError(/energy axis ends/);
    expect(() => simulateEds({ window: 'glass' as 'none' })).toThrowError(/window is "glass"/);
    expect(() => simulateEds({ dosis: 5 } as Partial<EdsParameters>)).toThrowError(/dosis is not a parameter/);
    expect(() => simulateEds({ rare: 'no' as unknown as boolean })).toThrowError(/rare is no/);
  });
});

describe('truth', () => {
  it('survives JSON', () => {
    const { truth } = simulateEds({ gainRipple: 0.02 });
    const plain = truthAsPlain(truth);
    expect(JSON.parse(JSON.stringify(plain))).toEqual(plain);
    expect(plain).toMatchObject({
      simulator: 'eds',
      shape: [64, 64],
      pair: { phases: [0, 1], element: 'Cr', difference: 0.15 },
    });
  });

  it('comes with the dataset from the registry', async () => {
    const { load, defaults } = SIMULATORS.eds;
    expect(defaults).toMatchObject({ height: 64, channels: 1024, dose: 100 });
    const { dataset, truth } = (await load())({ dose: 20 });
    expect(dataset.shape).toEqual([64, 64, 1024]);
    expect(truth()).toMatchObject({ parameters: { dose: 20 } });
  });
});
