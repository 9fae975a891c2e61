export * from './dense';
export * from './events';
export * from './gram-matrix';
export * from './squares';
