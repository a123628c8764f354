/** The suite as a library. */
export * from './engine.ts';
export * from './finding.ts';
export * from './passive.ts';
export * from './recording.ts';
export * from './rules.ts';
export * from './sources.ts';
export * from './tree.ts';
