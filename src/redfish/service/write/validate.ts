/**
 * Checks request bodies against the schema facts and against what a resource lets be written. Pure: nothing is changed,
 * every fault of a body is found in one go, and what comes out is safe to apply.
 */
import { type Message, message } from '../../../messages/messages.ts';
import type { ValueFact } from '../../generated/facts.ts';
import { actionFacts, ownProperty, schemaFacts } from '../facts.ts';
import type { Json, JsonObject } from '../json.ts';
import type { ActionParameter, Changes, SchemaName } from '../resource.ts';
import { ActionFaults, PropertyFaults } from './faults.ts';
import {
  asksForLater,
  isControl,
  isObject,
  member,
  memberFact,
  type Rules,
  resolve,
  type Spot,
  top,
} from './values.ts';

/** Values that make sense for a resource, by the path of a property, when fewer than the schema lists. */
export type Allowable = Readonly<Record<string, readonly string[]>>;

export interface PatchRequest {
  readonly schema: SchemaName;
  /** The resource as it is shown now. */
  readonly current: JsonObject;
  readonly body: JsonObject;
  /**
   * Paths that may be written. Everything that the schema calls writable below an object or in the elements of an array
   * is included, unless a path that leads deeper into it is listed too: then only what is listed.
   */
  readonly writable: ReadonlySet<string>;
  readonly allowable?: Allowable;
}

export interface PatchResult {
  /** New values by writable path: objects and arrays whole, as they are to be after the request. */
  readonly changes: Changes;
  /** Every writable path that the body names, also with a value that will not do. */
  readonly named: ReadonlySet<string>;
  /** What is wrong with values. */
  readonly faults: readonly Message[];
  /** Properties that are not there, or that can never be written; they do not make the others wrong. */
  readonly unwritable: readonly Message[];
}

/** Checks the body of a PATCH (DSP0266 "PATCH (update)"). */
export function validatePatch(request: PatchRequest): PatchResult {
  const patch = new Patch(request);
  patch.walk(request.schema, request.body, request.current, top);
  const { changes, named, faults, unwritable } = patch;
  const empty = Object.keys(request.body).length === 0;
  return {
    ...{ changes, named, unwritable: unwritable.messages },
    faults: empty ? [message('Base.EmptyJSON', [])] : faults.messages,
  };
}

class Patch {
  readonly changes = new Map<string, Json>();
  readonly named = new Set<string>();
  readonly faults = new PropertyFaults();
  readonly unwritable = new PropertyFaults();
  readonly #writable: ReadonlySet<string>;
  readonly #rules: Rules;

  constructor({ writable, allowable = {} }: PatchRequest) {
    this.#writable = writable;
    const narrowed = [...writable].filter((path) => this.#leadsDeeper(path));
    this.#rules = {
      ...{ faults: this.faults, allowable },
      mayGive: (path, fact) =>
        narrowed.some((root) => path.startsWith(`${root}/`))
          ? writable.has(path) || this.#leadsDeeper(path)
          : fact.permission !== 'Read' && fact.permission !== 'None',
    };
  }

  walk(type: string, body: JsonObject, current: JsonObject | undefined, spot: Spot): void {
    const facts = schemaFacts(type);
    for (const [name, value] of Object.entries(body)) {
      if (value === undefined || isControl(name, value)) continue;
      const at = member(spot, name);
      const fact = memberFact(facts, name);
      const now = current && Object.hasOwn(current, name) ? current[name] : undefined;
      if (fact && this.#writable.has(at.path)) {
        this.named.add(at.path);
        const resolved = resolve(this.#rules, fact, value, now, at);
        if (resolved !== undefined) this.changes.set(at.path, resolved);
      } else if (fact?.ref !== undefined && !fact.array && this.#leadsDeeper(at.path)) {
        if (isObject(value)) this.walk(fact.ref, value, isObject(now) ? now : undefined, at);
        else this.faults.add('type', at.steps, value);
      } else if (asksForLater(name)) {
        this.faults.add('unknown', at.steps);
      } else {
        const readOnly = now !== undefined || fact?.permission === 'Read' || name.includes('@');
        this.unwritable.add(readOnly ? 'notWritable' : 'unknown', at.steps);
      }
    }
  }

  #leadsDeeper(path: string): boolean {
    for (const each of this.#writable) if (each.startsWith(`${path}/`)) return true;
    return false;
  }
}

export interface CreateRequest {
  /** Type of the new member. */
  readonly schema: SchemaName;
  readonly body: JsonObject;
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly allowable?: Allowable;
}

export interface CreateResult {
  /** Of use only without faults. */
  readonly body: Readonly<Record<string, Json>>;
  readonly faults: readonly Message[];
}

/** Checks the body of a POST to a collection (DSP0266 "POST (create)"). */
export function validateCreate(request: CreateRequest): CreateResult {
  const facts = schemaFacts(request.schema);
  const allowed = new Set([...request.required, ...request.optional]);
  const faults = new PropertyFaults();
  const rules: Rules = {
    faults,
    allowable: request.allowable ?? {},
    // What never changes afterwards can be given now, where the declaration says so.
    mayGive: (path, fact) => (fact.permission !== 'Read' && fact.permission !== 'None') || allowed.has(path),
  };
  const out = new Map<string, Json>();
  for (const [name, value] of Object.entries(request.body)) {
    if (value === undefined || isControl(name, value)) continue;
    const at = member(top, name);
    const fact = ownProperty(facts, name);
    if (fact && allowed.has(name)) {
      const resolved = resolve(rules, fact, value, undefined, at);
      if (resolved !== undefined) out.set(name, resolved);
    } else {
      faults.add(fact?.permission === 'Read' || name.includes('@') ? 'notWritable' : 'unknown', at.steps);
    }
  }
  for (const name of request.required) {
    if (!Object.hasOwn(request.body, name)) faults.add('missing', [name]);
  }
  return { body: Object.fromEntries(out), faults: faults.messages };
}

export interface ActionRequest {
  /** `ComputerSystem.Reset` */
  readonly action: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly type: ActionParameter<unknown>['type'];
    readonly required: boolean;
    readonly allowable?: readonly string[] | undefined;
    readonly pattern?: string | undefined;
  }[];
  readonly body: JsonObject;
}

export interface ActionResult {
  /** Of use only without faults. */
  readonly args: Readonly<Record<string, Json>>;
  readonly faults: readonly Message[];
}

/** What an ActionInfo data type says of a value, for parameters that no schema of ours describes. */
const parameterTypes: Readonly<Record<ActionParameter<unknown>['type'], ValueFact>> = {
  Boolean: { type: 'boolean' },
  Number: { type: 'number' },
  NumberArray: { type: 'number', array: true },
  Object: { type: 'object' },
  ObjectArray: { type: 'object', array: true },
  String: { type: 'string' },
  StringArray: { type: 'string', array: true },
};

/** Checks the body of an action (DSP0266 "POST (action)"). A null for a parameter that need not be given counts as none. */
export function validateAction(request: ActionRequest): ActionResult {
  const { action, body, parameters } = request;
  const known = actionFacts(action)?.parameters ?? {};
  const faults = new ActionFaults(action);
  const allowable = Object.fromEntries(
    parameters.flatMap((each) => (each.allowable ? [[each.name, each.allowable]] : [])),
  );
  const rules: Rules = {
    faults,
    allowable,
    // What an object may be given as in an action is not what its schema lets be written later.
    mayGive: () => true,
  };
  const args = new Map<string, Json>();
  for (const [name, value] of Object.entries(body)) {
    if (value === undefined || isControl(name, value)) continue;
    // Clients of Redfish 1.0 repeat the name of the action in its body.
    if (name === 'Action' && value === action) continue;
    const parameter = parameters.find((each) => each.name === name);
    if (parameter === undefined) {
      faults.add(Object.hasOwn(known, name) ? 'notSupported' : 'unknown', [name]);
      continue;
    }
    if (value === null && !parameter.required) continue;
    const { type, pattern } = parameter;
    const fact = (Object.hasOwn(known, name) ? known[name] : undefined) ?? parameterTypes[type];
    const narrowed = { ...fact, ...(pattern === undefined ? {} : { pattern }), nullable: false as const };
    const resolved = resolve(rules, narrowed, value, undefined, member(top, name));
    if (resolved !== undefined) args.set(name, resolved);
  }
  for (const { name, required } of parameters) {
    if (required && !Object.hasOwn(body, name)) faults.add('missing', [name]);
  }
  return { args: Object.fromEntries(args), faults: faults.messages };
}
