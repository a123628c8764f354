/** Every protocol rule, in the order in which they run. */
import type { ActiveRule } from '../engine.ts';
import { httpRules } from './http.ts';
import { queryRules } from './query.ts';

export const protocolRules: readonly ActiveRule[] = [...queryRules, ...httpRules];
