/** The suite as a library. */

export * from './bundle.ts';
export * from './cases/index.ts';
export * from './checklist/index.ts';
export * from './engine.ts';
export * from './finding.ts';
export * from './member.ts';
export * from './passive.ts';
export * from './profile/index.ts';
export * from './read.ts';
export * from './recording.ts';
export * from './report/report.ts';
export * from './rulebook.ts';
export * from './rules.ts';
export * from './run.ts';
export * from './sources.ts';
export * from './text/document.ts';
export * from './waivers.ts';
