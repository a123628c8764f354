/** Revisions of the board, by which a renderer knows whether what it has rendered is still current. */

/** What a change concerns: one chassis, one host, or the board as a whole. */
export type Scope = `chassis:${string}` | `host:${string}` | 'board';

export const chassisScope = (id: string): Scope => `chassis:${id}`;
export const hostScope = (id: string): Scope => `host:${id}`;

/**
 * Counters that rise with every change: two equal values mean that nothing has changed between. `state` counts changes
 * of power, presence, health, crossed thresholds and settings; `readings` counts measured values and POST codes, which
 * change all the time. Each exists for a chassis (`chassis:ID`), for a host (`host:ID`) and for the whole board
 * (`board`, the default). A change of state counts for everything that shows it; a reading only for its own chassis.
 */
export interface Revisions {
  state(scope?: Scope): number;
  readings(scope?: Scope): number;
}
