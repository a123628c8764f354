/** Actions: found by name in a resource, their parameters and allowable values known before they are sent. */
import { RedfishError } from './errors.ts';
import { annotation, idOf, isObject, type JsonObject } from './json.ts';

/** A parameter as the service describes it. */
export interface ParameterInfo {
  readonly name: string;
  readonly required: boolean;
  /** `Boolean`, `Number`, `String`, `Object`, …; undefined when the service does not say. */
  readonly type: string | undefined;
  /** Undefined: any value. */
  readonly allowable: readonly string[] | undefined;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
}

export interface FoundAction {
  /** As the resource names it: `#ComputerSystem.Reset`. */
  readonly name: string;
  readonly target: string;
  readonly body: JsonObject;
  /** URI of its ActionInfo. */
  readonly info: string | undefined;
}

/** Every action of a resource, those of vendors (`Actions.Oem`) last. An entry without a target is left out. */
export function actionsOf(resource: JsonObject): FoundAction[] {
  const { Actions: actions } = resource;
  if (!isObject(actions)) return [];
  const oem = isObject(actions.Oem) ? actions.Oem : {};
  // Some vendors put a level of their own name between Oem and the actions.
  const nested = Object.values(oem).filter((value) => isObject(value) && typeof value.target !== 'string');
  return [actions, oem, ...nested].flatMap((group) =>
    Object.entries(group as JsonObject).flatMap(([name, body]) => {
      if (!name.includes('.') && !name.startsWith('#')) return [];
      if (!isObject(body) || typeof body.target !== 'string') return [];
      const info = body['@Redfish.ActionInfo'];
      return [{ name, target: body.target, body, info: typeof info === 'string' ? info : idOf(info) }];
    }),
  );
}

/**
 * The action of that name: `Reset`, `ComputerSystem.Reset` or `#ComputerSystem.Reset`.
 * @throws RedfishError `usage` when there is none, naming those there are, or when a short name fits several
 */
export function findAction(resource: JsonObject, name: string): FoundAction {
  const all = actionsOf(resource);
  const bare = name.replace(/^#/, '');
  const exact = all.find((action) => action.name.replace(/^#/, '') === bare);
  if (exact) return exact;
  const short = all.filter((action) => action.name.slice(action.name.lastIndexOf('.') + 1) === bare);
  if (short.length === 1 && short[0]) return short[0];
  const uri = idOf(resource) ?? 'the resource';
  const names = all.map((action) => action.name.replace(/^#/, '')).join(', ');
  if (short.length > 1)
    throw new RedfishError('usage', `${uri} has several actions ${name}: name one in full (${names})`);
  throw new RedfishError('usage', `${uri} has no action ${name}${names ? `; it has ${names}` : ''}`);
}

const strings = (value: unknown): string[] | undefined =>
  Array.isArray(value) ? value.map(String) : undefined;
const numbers = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** Parameters by the annotations within the action: only those with allowable values show. */
function annotated(action: FoundAction): ParameterInfo[] {
  const suffix = '@Redfish.AllowableValues';
  return Object.keys(action.body)
    .filter((name) => name.endsWith(suffix))
    .map((key) => {
      const name = key.slice(0, -suffix.length);
      const allowable = strings(annotation(action.body, name, 'Redfish.AllowableValues'));
      return { name, required: false, type: undefined, allowable, minimum: undefined, maximum: undefined };
    });
}

/** Parameters by an ActionInfo resource, completed from the annotations of the action. */
export function parametersOf(action: FoundAction, info: JsonObject | undefined): ParameterInfo[] {
  const local = annotated(action);
  const described = (Array.isArray(info?.Parameters) ? info.Parameters : [])
    .filter(isObject)
    .flatMap((entry) => {
      if (typeof entry.Name !== 'string') return [];
      const { Name: name, Required: required, DataType: type } = entry;
      return [
        {
          name,
          required: required === true,
          type: typeof type === 'string' ? type : undefined,
          allowable: strings(entry.AllowableValues) ?? local.find((known) => known.name === name)?.allowable,
          minimum: numbers(entry.MinimumValue),
          maximum: numbers(entry.MaximumValue),
        },
      ];
    });
  return [...described, ...local.filter(({ name }) => !described.some((known) => known.name === name))];
}

/** @throws RedfishError `usage` naming what the service would refuse, and what it would take */
export function checkParameters(
  action: FoundAction,
  known: readonly ParameterInfo[],
  given: JsonObject,
): void {
  for (const parameter of known) {
    const value = given[parameter.name];
    if (value === undefined) {
      if (parameter.required)
        throw new RedfishError('usage', `${action.name} needs ${parameter.name}${choices(parameter)}`);
      continue;
    }
    for (const item of Array.isArray(value) ? value : [value]) {
      if (typeof item === 'string' && parameter.allowable && !parameter.allowable.includes(item))
        throw new RedfishError(
          'usage',
          `${action.name} does not take ${parameter.name} "${item}"${choices(parameter)}`,
        );
    }
  }
}

const choices = ({ allowable }: ParameterInfo): string =>
  allowable ? `; it takes ${allowable.join(', ')}` : '';
