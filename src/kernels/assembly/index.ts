export * from './dense';
export * from './draw';
export * from './events';
export * from './excess';
export * from './gram-matrix';
export * from './half-bands';
export * from './rows';
export * from './squares';
