/** Where a property is judged: the instance of a resource, and the objects around the property. */
import type { Holders } from './conditions.ts';
import type { Report, Step } from './report.ts';
import type { Instance, Tree } from './tree.ts';

export interface Scope {
  readonly report: Report;
  readonly tree: Tree;
  readonly instance: Instance;
  /** Objects from the one at hand up to the resource. */
  readonly holders: Holders;
  readonly path: readonly Step[];
}
