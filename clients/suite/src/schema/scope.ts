/** Where a value is judged: the resource, the schema and version that it claims, and the excerpt that it is in. */
import type { Detail, Judge } from '../judge.ts';
import type { PassiveRuleId } from '../rules.ts';
import type { Resource } from '../tree.ts';

export class Scope {
  readonly judge: Judge;
  readonly resource: Resource;
  readonly schema: string;
  /** Undefined for a type without versions, and for a version that no schema has. */
  readonly version: string | undefined;
  /** Kind of the excerpt, such as `Power`; undefined in a whole resource. */
  readonly excerpt: string | undefined;

  constructor(judge: Judge, resource: Resource, schema: string, version?: string, excerpt?: string) {
    this.judge = judge;
    this.resource = resource;
    this.schema = schema;
    this.version = version;
    this.excerpt = excerpt;
  }

  report(rule: PassiveRuleId, pointer: string, message: string, detail: Detail = {}): void {
    this.judge.report(rule, this.resource, pointer, message, detail);
  }

  /** The same resource, seen by another schema. */
  of(schema: string, version?: string, excerpt?: string): Scope {
    return new Scope(this.judge, this.resource, schema, version, excerpt);
  }
}
