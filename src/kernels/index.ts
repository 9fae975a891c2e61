export * from './alias.ts';
export * from './count-probability.ts';
export * from './portable-math.ts';
export * from './random.ts';
export * from './threefry.ts';
