/** Revisions: counters by which the renderer knows whether what it has rendered is still current. */
import type { Params, Resource } from '../resource.ts';

/** A counter of changes; two equal values mean that nothing has changed between. */
export type Counter = () => number;

/** What a resource depends on: the part of its declaration that says it, and its place. */
export type Dependence = Pick<Resource<never>, 'shows' | 'spans'>;

/** Where readings are counted: the whole service, or what the parameters of a URI stand for. */
export type ReadingCounter = (params: Params | undefined) => number;

/** Milliseconds for which a resource that shows a clock is current: it shows whole seconds. */
const clockPeriod = 1000;

/**
 * The revision of each resource. Every part of the service registers its counter once; a change of state of any part
 * counts for all resources, since it is rare. A reading counts only for resources that show readings of the same place.
 */
export class Revisions {
  readonly #states: Counter[] = [];
  readonly #readings: ReadingCounter;

  constructor(readings: ReadingCounter) {
    this.#readings = readings;
  }

  /** Registers a part whose state resources show. */
  add(...counters: readonly Counter[]): this {
    this.#states.push(...counters);
    return this;
  }

  of({ shows = 'state', spans }: Dependence, params: Params): number {
    let sum = 0;
    for (const count of this.#states) sum += count();
    if (shows === 'readings') sum += this.#readings(spans === true ? undefined : params);
    // Adding the second moves the sum by whole steps as the other counters do; none of them ever falls.
    return shows === 'time' ? sum + Math.floor(Date.now() / clockPeriod) : sum;
  }
}
