/** Test cases in YAML, and the session that runs them. */
export { type Case, type LoadedCase, readCases } from './case.ts';
export { readCaseFolder, shippedCases } from './library.ts';
export { ruleOfCase, runCase } from './run.ts';
export { clientSession } from './session.ts';
export { outcomeOf, tableOf } from './table.ts';
