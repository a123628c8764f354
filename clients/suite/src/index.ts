/** The suite as a library. */
export * from './cases/index.ts';
export * from './checklist/index.ts';
export * from './engine.ts';
export * from './finding.ts';
export * from './profile/index.ts';
export * from './read.ts';
export * from './recording.ts';
export * from './text/document.ts';
