export * from './dense';
export * from './draw';
export * from './events';
export * from './gram-matrix';
export * from './squares';
