export * from './chi-square.ts';
export * from './error-function.ts';
export * from './incomplete-gamma.ts';
export * from './log-gamma.ts';
export * from './normal.ts';
export * from './poisson-deviance.ts';
export * from './poisson-tail.ts';
