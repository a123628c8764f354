/** Checklists of platform kinds. */
export { type BuiltProfile, buildProfile } from './build.ts';
export { type Checked, checkService } from './check.ts';
export { type Checklist, type LoadedChecklist, readChecklist } from './checklist.ts';
export { readChecklists, SuiteFileError, shippedFolder } from './library.ts';
export { lintNames, type SchemaNames } from './lint.ts';
export { type Difference, differences, documentOf, type Explained, explainRows } from './present.ts';
export { readWaivers, type Waiver } from './waivers.ts';
