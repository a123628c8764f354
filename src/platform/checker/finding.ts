/** A fault in the data of a descriptor, by its JSON pointer; load.ts adds file, line and column. */
import type { Breach } from '../vocabulary/rule.ts';

export interface Finding extends Breach {
  /** Name of the broken rule, in kebab case. */
  readonly rule: string;
}
