/** The suite as a library. */
export * from './engine.ts';
export * from './finding.ts';
export * from './recording.ts';
