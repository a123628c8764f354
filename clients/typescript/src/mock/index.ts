/** @redfishd/client/mock: a mock Redfish service for users' own tests. */
export type { MockAnswer, MockRequest } from './answers.ts';
export { replay } from './replay.ts';
export { type MockOptions, MockService, startMock } from './server.ts';
export { readTree, type Tree, treeOf } from './tree.ts';
