/** How a resource offers its actions, and the ActionInfo that says what each of them takes (DSP0266 clause 9.5.12). */

import type { ParameterFact } from '../../generated/facts.ts';
import { odataType } from '../../generated/versions.ts';
import { actionFacts, enumFacts } from '../facts.ts';
import type { Json, JsonObject } from '../json.ts';
import type { ActionParameter, Place, Resource, SchemaName } from '../resource.ts';

/**
 * Returns the `Actions` object. Each action links to its ActionInfo and repeats allowable values for clients that do not read it.
 * Undefined when no declared action is offered now; a resource that declares `actions: {}` shows an empty object.
 */
export function actionsOf<A, M>(resource: Resource<A, M>, model: M, place: Place<A>): JsonObject | undefined {
  if (resource.actions === undefined) return undefined;
  const out: Record<string, Json> = {};
  for (const [name, action] of Object.entries(resource.actions)) {
    if (action.when?.(model, place.app) === false) continue;
    const entry: Record<string, Json> = {
      target: `${place.uri}/Actions/${name}`,
      '@Redfish.ActionInfo': actionInfoUri(place.uri, name),
    };
    for (const [parameter, facts] of Object.entries(action.parameters)) {
      const values = facts.allowable?.(model);
      if (values !== undefined) entry[`${parameter}@Redfish.${allowableTerm(facts)}`] = values;
    }
    out[`#${name}`] = entry;
  }
  const declaresSome = Object.keys(resource.actions).length > 0;
  return Object.keys(out).length === 0 && declaresSome ? undefined : out;
}

/** `…/ResetActionInfo` for `ComputerSystem.Reset`. */
export const actionInfoUri = (uri: string, action: string): string =>
  `${uri}/${action.slice(action.indexOf('.') + 1)}ActionInfo`;

/** The properties of the ActionInfo at `uri`. */
export function actionInfo<A, M>(resource: Resource<A, M>, model: M, name: string, uri: string): JsonObject {
  const known = actionFacts(name)?.parameters ?? {};
  return {
    Id: uri.slice(uri.lastIndexOf('/') + 1),
    Name: `Parameters of ${name}`,
    Parameters: Object.entries(resource.actions?.[name]?.parameters ?? {}).map(([parameter, declared]) =>
      parameterInfo(
        parameter,
        declared,
        Object.hasOwn(known, parameter) ? known[parameter] : undefined,
        model,
      ),
    ),
  };
}

/** What is declared goes before what the schema says. */
function parameterInfo<M>(
  name: string,
  declared: ActionParameter<M>,
  fact: ParameterFact | undefined,
  model: M,
): JsonObject {
  const allowable =
    declared.allowable?.(model) ??
    (fact?.type === 'enum' && fact.ref !== undefined ? Object.keys(enumFacts(fact.ref).values) : undefined);
  return {
    Name: name,
    DataType: declared.type,
    ObjectDataType: fact?.type === 'object' && fact.ref !== undefined ? objectType(fact.ref) : undefined,
    Required: declared.required === true,
    [allowableTerm(declared)]: allowable,
    AllowablePattern: declared.pattern ?? fact?.pattern,
    MinimumValue: fact?.minimum,
    MaximumValue: fact?.maximum,
  };
}

const allowableTerm = ({ type }: Pick<ActionParameter<never>, 'type'>) =>
  type.startsWith('Number') ? 'AllowableNumbers' : 'AllowableValues';

/** `#Settings.v1_4_0.OperationApplyTimeSupport` of `Settings.OperationApplyTimeSupport`. */
function objectType(ref: string): string {
  const [schema = '', type = ''] = ref.split('.');
  const known = Object.hasOwn(odataType, schema) ? odataType[schema as SchemaName] : `#${schema}.${schema}`;
  return `${known.slice(0, known.lastIndexOf('.'))}.${type}`;
}
