import { describe, expect, it } from 'vitest';
import { chiSquareCdf, chiSquareSurvival } from './chi-square.ts';
import { erf, erfc, scaledErfc } from './error-function.ts';
import {
  logRegularisedGammaP,
  logRegularisedGammaQ,
  regularisedGammaP,
  regularisedGammaQ,
} from './incomplete-gamma.ts';
import { logGamma } from './log-gamma.ts';
import { normalCdf, normalQuantile, normalUpperQuantile, normalUpperTail } from './normal.ts';
import { logPoissonLowerTail, logPoissonUpperTail, poissonLowerTail, poissonUpperTail } from './poisson-tail.ts';

// Reference values: 40-digit arithmetic, at the double nearest to each printed argument.

const relative = (actual: number, expected: number) =>
  expected === 0 ? Math.abs(actual) : Math.abs(actual / expected - 1);

describe('logGamma', () => {
  it('agrees with 40-digit values to 1e-14, also beside its zeros', () => {
    const known = [
      [1e-10, 23.025850929882736],
      [0.1, 2.252712651734206],
      [0.5, 0.5723649429247001],
      [0.999, 0.0005780385328913802],
      [1.001, -0.0005763935982833062],
      [1.5, -0.12078223763524522],
      [1.999, -0.0004224618006921073],
      [2.0001, 4.2281658112919945e-5],
      [3.7, 1.428072326665388],
      [9.99, 12.779315214350193],
      [10.5, 13.940625219403763],
      [100.25, 360.28455963776423],
      [1e6, 12815504.569147611],
      [1e15, 33538776394910668],
    ];
    for (const [x, value] of known) expect(relative(logGamma(x), value)).toBeLessThan(1e-14);
    expect(logGamma(1)).toBeCloseTo(0, 16);
    expect(logGamma(2)).toBe(0);
  });

  it('satisfies log Γ(x+1) = log Γ(x) + log x across its pieces', () => {
    for (let x = 0.05; x < 40; x += 0.113) {
      const gap = logGamma(x + 1) - logGamma(x) - Math.log(x);
      expect(Math.abs(gap)).toBeLessThan(2e-14 * (1 + Math.abs(logGamma(x + 1))));
    }
  });

  it('is infinite at 0 and undefined below', () => {
    expect(logGamma(0)).toBe(Number.POSITIVE_INFINITY);
    expect(logGamma(-0.5)).toBeNaN();
    expect(logGamma(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('incomplete gamma functions', () => {
  it('agree with 40-digit values to 1e-12 relative', () => {
    const lower = [
      [0.5, 0.01, 0.11246291601828488],
      [0.5, 2, 0.9544997361036416],
      [3, 0.1, 0.00015465307026467167],
      [3, 3, 0.5768099188731565],
      [50, 20, 1.245892607971938e-8],
      [50, 49, 0.46210439360094024],
      [1000, 900, 0.0005499022657117829],
      [1000, 1000, 0.5042052441802155],
    ];
    for (const [a, x, value] of lower) expect(relative(regularisedGammaP(a, x), value)).toBeLessThan(1e-12);
    const upper = [
      [0.5, 2, 0.04550026389635842],
      [0.5, 30, 9.485737571073848e-15],
      [3, 3, 0.42319008112684353],
      [3, 60, 1.6295866529378224e-23],
      [50, 51, 0.42560514048314035],
      [50, 200, 1.6927979958857087e-37],
      [1000, 1100, 0.0010593232539299773],
      [1000, 1001, 0.4831885470702138],
    ];
    for (const [a, x, value] of upper) expect(relative(regularisedGammaQ(a, x), value)).toBeLessThan(1e-12);
  });

  it('join smoothly where the method changes', () => {
    for (const a of [99_999, 100_001]) {
      for (const x of [0.94999 * a, 0.95001 * a, 1.04999 * a, 1.05001 * a]) {
        // d/dx log tail changes slowly: two methods one step apart must give one slope.
        const step = 1e-6 * a;
        const log = x < a ? logRegularisedGammaP : logRegularisedGammaQ;
        const slope = (log(a, x + step) - log(a, x - step)) / (2 * step);
        const density = Math.exp((a - 1) * Math.log(x) - x - logGamma(a) - log(a, x));
        expect(relative(Math.abs(slope), density)).toBeLessThan(1e-4);
      }
    }
    expect(regularisedGammaP(3, 3) + regularisedGammaQ(3, 3)).toBeCloseTo(1, 15);
  });

  it('answer at and outside the ends of their domain', () => {
    expect(regularisedGammaP(2, 0)).toBe(0);
    expect(regularisedGammaQ(2, 0)).toBe(1);
    expect(regularisedGammaQ(2, Number.POSITIVE_INFINITY)).toBe(0);
    expect(regularisedGammaP(0, 1)).toBeNaN();
    expect(regularisedGammaP(1, -1)).toBeNaN();
    expect(regularisedGammaQ(Number.NaN, 1)).toBeNaN();
  });
});

describe('Poisson tails', () => {
  it('agree with 40-digit values to 1e-12 relative, in value and in logarithm, from 1e-12 to 1e9 counts', () => {
    const upper = [
      [1, 1e-12, 9.999999999995e-13, -27.631021115929048],
      [3, 0.01, 1.654216528074877e-7, -15.614768151150606],
      [5, 1, 0.0036598468273437122, -5.610333982897155],
      [50, 1, 1.2337508979097351e-65, -149.45797200505862],
      [200, 10, 6.057917351915063e-180, -412.66395066921666],
      [120, 100, 0.028230393964865694, -3.5673560812751264],
      [90, 100, 0.8536538253012672, -0.15822952416292477],
      [1100, 1000, 0.0009626304058665572, -6.945841014365213],
      [1005000, 1000000, 2.934034048031641e-7, -15.04171736665877],
      [1000000, 1000000, 0.5001329807608725, -0.692881254399696],
      [995000, 1000000, 0.9999997199776057, -2.8002243349651645e-7],
      [100000500, 100000000, 0.4800744922106525, -0.7338139950157234],
      [1000100000, 1000000000, 0.0007828711462504284, -7.152542439691339],
    ];
    for (const [k, mean, value, log] of upper) {
      expect(relative(poissonUpperTail(k, mean), value)).toBeLessThan(1e-12);
      expect(relative(logPoissonUpperTail(k, mean), log)).toBeLessThan(1e-12);
    }
    const lower = [
      [0, 50, 1.9287498479639178e-22, -50],
      [5, 50, 5.567756260698088e-16, -35.12436934084907],
      [80, 100, 0.02264917664225561, -3.787631779049113],
      [900, 1000, 0.0006977673277963068, -7.267624852038487],
      [995000, 1000000, 2.8148203838965314e-7, -15.083197198188717],
      [999900000, 1000000000, 0.0007826161253353164, -7.15286824357617],
    ];
    for (const [k, mean, value, log] of lower) {
      expect(relative(poissonLowerTail(k, mean), value)).toBeLessThan(1e-12);
      expect(relative(logPoissonLowerTail(k, mean), log)).toBeLessThan(1e-12);
    }
  });

  it('keep a logarithm where the probability underflows', () => {
    expect(poissonUpperTail(1_050_000, 1_000_000)).toBe(0);
    expect(relative(logPoissonUpperTail(1_050_000, 1_000_000), -1234.4793440323324)).toBeLessThan(1e-13);
    expect(relative(logPoissonLowerTail(950_000, 1_000_000), -1276.1760264306793)).toBeLessThan(1e-13);
  });

  it('are certain or impossible at the ends', () => {
    expect(poissonUpperTail(0, 5)).toBe(1);
    expect(poissonUpperTail(1, 0)).toBe(0);
    expect(poissonLowerTail(0, 0)).toBe(1);
    expect(poissonLowerTail(-1, 3)).toBe(0);
    expect(logPoissonUpperTail(3, 0)).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe('error function and normal law', () => {
  it('agree with 40-digit values to 1e-13', () => {
    const values = [
      [1e-20, 1.1283791670955125e-20],
      [1e-5, 1.1283791670579e-5],
      [0.1, 0.1124629160182849],
      [0.5, 0.5204998778130465],
      [1, 0.8427007929497149],
      [1.5, 0.9661051464753108],
      [2.5, 0.999593047982555],
      [4, 0.9999999845827421],
    ];
    for (const [x, value] of values) {
      expect(relative(erf(x), value)).toBeLessThan(3e-15);
      expect(erf(-x)).toBe(-erf(x));
    }
    const complements = [
      [-3, 1.9999779095030015],
      [-0.5, 1.5204998778130465],
      [0.1, 0.887537083981715],
      [0.5, 0.4795001221869535],
      [1, 0.15729920705028513],
      [1.9, 0.0072095707647425325],
      [2.1, 0.002979466656332984],
      [3, 2.209049699858544e-5],
      [5, 1.537459794428035e-12],
      [10, 2.088487583762545e-45],
      [20, 5.395865611607901e-176],
      [26, 5.663192408856143e-296],
    ];
    for (const [x, value] of complements) expect(relative(erfc(x), value)).toBeLessThan(1e-13);
    expect(relative(scaledErfc(5) * Math.exp(-25), erfc(5))).toBeLessThan(1e-13);
    expect(erf(0)).toBe(0);
    expect(erfc(40)).toBe(0);
    expect(erf(Number.NaN)).toBeNaN();
  });

  it('quantiles agree with 40-digit values to 1e-13, down to 1e-300', () => {
    const known = [
      [1e-300, -37.0470962993612],
      [1e-100, -21.273453560965326],
      [1e-20, -9.262340089798407],
      [1e-5, -4.264890793922825],
      [0.01, -2.326347874040841],
      [0.25, -0.6744897501960817],
      [0.4, -0.2533471031357997],
    ];
    for (const [p, x] of known) {
      expect(relative(normalQuantile(p), x)).toBeLessThan(1e-13);
      expect(normalUpperQuantile(p)).toBe(-normalQuantile(p));
      expect(relative(normalCdf(normalQuantile(p)), p)).toBeLessThan(1e-11);
    }
    expect(normalQuantile(0.5)).toBeCloseTo(0, 15);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 13);
    expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
    expect(normalQuantile(1.1)).toBeNaN();
    expect(normalUpperTail(0)).toBe(0.5);
  });
});

describe('chi-square law', () => {
  it('agrees with 40-digit values to 1e-12', () => {
    const known = [
      [3.84, 1, 0.050043521248705106],
      [0.5, 2, 0.7788007830714049],
      [100, 3, 1.554159431389605e-21],
      [120, 100, 0.08440668109369183],
      [1100, 1000, 0.014614408126295194],
    ];
    for (const [x, freedom, value] of known) {
      expect(relative(chiSquareSurvival(x, freedom), value)).toBeLessThan(1e-12);
      expect(chiSquareCdf(x, freedom) + value).toBeCloseTo(1, 12);
    }
    expect(chiSquareSurvival(0, 4)).toBe(1);
    expect(chiSquareCdf(-1, 4)).toBe(0);
  });
});
