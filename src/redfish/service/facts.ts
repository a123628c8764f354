/** Facts of the schemas, as the generator extracts them from CSDL. */
import { readFileSync } from 'node:fs';
import type { ActionFact, EnumFact, ObjectFact, PropertyFact, TypeFact } from '../generated/facts.ts';

let loaded: Readonly<Record<string, TypeFact>> | undefined;

/** Read when first asked for: a daemon that only serves reads never needs it, and parsing takes a while on a small core. */
function all(): Readonly<Record<string, TypeFact>> {
  loaded ??= JSON.parse(
    readFileSync(new URL('../generated/schemas.json', import.meta.url), 'utf8'),
  ) as Readonly<Record<string, TypeFact>>;
  return loaded;
}

function typeFact(type: string): TypeFact {
  const key = type.includes('.') ? type : `${type}.${type}`;
  const facts = all();
  const fact = Object.hasOwn(facts, key) ? facts[key] : undefined;
  if (fact === undefined) throw new Error(`The schema facts hold no type ${key}`);
  return fact;
}

/**
 * The facts of a resource (`Sensor`) or of an object inside one (`Sensor.Thresholds`), as of the latest version.
 * @throws Error where there is no such type: a declaration names a wrong one
 */
export function schemaFacts(type: string): ObjectFact {
  const fact = typeFact(type);
  if (fact.kind === 'enum') throw new Error(`${type} is an enumeration, not an object`);
  return fact;
}

/** The facts of an enumeration, such as `Resource.ResetType`. @throws Error where there is none of that name */
export function enumFacts(type: string): EnumFact {
  const fact = typeFact(type);
  if (fact.kind !== 'enum') throw new Error(`${type} is an object, not an enumeration`);
  return fact;
}

/** The property of an object by its own name, inherited names such as `constructor` excluded. */
export function ownProperty(facts: ObjectFact, name: string): PropertyFact | undefined {
  return Object.hasOwn(facts.properties, name) ? facts.properties[name] : undefined;
}

/** The property at a path below a resource, such as `Boot/BootSourceOverrideTarget`; arrays are passed through. */
export function property(type: string, path: string): PropertyFact | undefined {
  let facts: ObjectFact | undefined = schemaFacts(type);
  let found: PropertyFact | undefined;
  for (const name of path.split('/')) {
    found = facts && ownProperty(facts, name);
    facts = found?.type === 'object' && found.ref !== undefined ? schemaFacts(found.ref) : undefined;
  }
  return found;
}

/** The facts of an action by its name in a resource, such as `ComputerSystem.Reset`; undefined for an OEM action. */
export function actionFacts(action: string): ActionFact | undefined {
  const [schema = '', name = ''] = action.split('.');
  if (!Object.hasOwn(all(), `${schema}.${schema}`)) return undefined;
  const actions = schemaFacts(schema).actions ?? {};
  return Object.hasOwn(actions, name) ? actions[name] : undefined;
}
