/** A checklist as a DSP0272 profile, with the row that each requirement comes from. */
import { strictest } from '../profile/levels.ts';
import type { Profile } from '../profile/profile.ts';
import type { ReadLevel } from '../profile/vocabulary.ts';
import { pointerOf } from '../text/document.ts';
import { comparisonOf, type Group, type LoadedChecklist, type Row } from './checklist.ts';

/** A row and its place in the checklist's file. */
export interface Placed {
  readonly row: Row;
  readonly group: Group;
  readonly from: LoadedChecklist;
  readonly line: number;
  readonly column: number;
}

export interface BuiltProfile {
  readonly profile: Profile;
  /** Rows by the pointer of their requirement in the profile. */
  readonly rows: ReadonlyMap<string, Placed>;
}

/** An object that is being built. */
interface Draft {
  [key: string]: unknown;
}

function child(parent: Draft, name: string): Draft {
  const known = parent[name];
  if (typeof known === 'object' && known !== null) return known as Draft;
  const made: Draft = {};
  parent[name] = made;
  return made;
}

const levels = ({ read = 'Mandatory', write }: Row): Draft => ({
  ReadRequirement: read,
  ...(write === undefined ? {} : { WriteRequirement: write }),
});

/** Writes a property's requirement; each object on its way is asked for as strictly as the strictest within. */
function addProperty(rule: Draft, row: Row, property: string): string[] {
  const steps = property.split('.');
  const path: string[] = [];
  let at = rule;
  for (const [index, name] of steps.entries()) {
    at = child(child(at, 'PropertyRequirements'), name);
    path.push('PropertyRequirements', name);
    const known = (at.ReadRequirement ?? 'None') as ReadLevel;
    if (index < steps.length - 1) at.ReadRequirement = strictest(known, row.read ?? 'Mandatory');
  }
  Object.assign(at, levels(row), { Purpose: row.why });
  if (row.count !== undefined) at.MinCount = row.count;
  // Each instance has one of the values: Equal judges every instance, AnyOf one of the service.
  if (row.values?.length) Object.assign(at, { Comparison: 'Equal', Values: row.values });
  return path;
}

function addAction(rule: Draft, row: Row, action: string): string[] {
  const at = child(child(rule, 'ActionRequirements'), action);
  Object.assign(at, { ReadRequirement: row.read ?? 'Mandatory', Purpose: row.why });
  const path = ['ActionRequirements', action];
  if (row.parameter === undefined) return path;
  const parameter = child(child(at, 'Parameters'), row.parameter);
  Object.assign(parameter, { ReadRequirement: 'Mandatory' });
  if (row.values?.length) parameter.ParameterValues = row.values;
  return path;
}

function ruleOf(group: Group, several: boolean): Draft {
  const { need = 'Mandatory', uris, when, title, minVersion } = group;
  return {
    ...(several ? { UseCaseTitle: title ?? group.resource } : {}),
    ...(when
      ? {
          UseCaseTitle: title ?? `${group.resource} by ${when.property}`,
          UseCaseKeyProperty: when.property,
          UseCaseComparison: comparisonOf(when),
          UseCaseKeyValues: when.is ?? when.isNot,
        }
      : {}),
    ...(uris ? { URIs: uris } : {}),
    ...(minVersion === undefined ? {} : { MinVersion: minVersion }),
    ReadRequirement: need,
  };
}

/** The checklists that apply: those that are extended first. @throws Error when one is missing or extends itself */
export function extended(
  loaded: LoadedChecklist,
  available: readonly LoadedChecklist[],
): readonly LoadedChecklist[] {
  const chain = [loaded];
  for (let next = loaded.checklist.extends; next !== undefined; ) {
    const found = available.find(({ checklist }) => checklist.id === next);
    const ids = available.map(({ checklist }) => checklist.id).join(', ');
    if (!found)
      throw new Error(`${loaded.source.file}: extends ${next}, which is not there; there are: ${ids}`);
    if (chain.includes(found)) throw new Error(`${loaded.source.file}: extends itself by way of ${next}`);
    chain.unshift(found);
    next = found.checklist.extends;
  }
  return chain;
}

/** The profile of a checklist and of those it extends. */
export function buildProfile(
  loaded: LoadedChecklist,
  available: readonly LoadedChecklist[] = [],
): BuiltProfile {
  const { checklist } = loaded;
  const groups = extended(loaded, available).flatMap((from) =>
    from.checklist.requirements.map((group, index) => ({ group, from, index })),
  );
  const rows = new Map<string, Placed>();
  const resources: Draft = {};
  for (const { group, from, index } of groups) {
    const same = groups.filter(({ group: { resource } }) => resource === group.resource);
    const cases = same.length > 1 || group.when !== undefined;
    const rule = ruleOf(group, cases);
    let base = ['Resources', group.resource];
    if (cases) {
      const entry = child(resources, group.resource);
      const list = (entry.UseCases ?? []) as Draft[];
      entry.UseCases = list;
      base = [...base, 'UseCases', String(list.length)];
      list.push(rule);
    } else resources[group.resource] = rule;
    for (const [at, row] of group.rows.entries()) {
      const path =
        row.property === undefined
          ? addAction(rule, row, row.action ?? '')
          : addProperty(rule, row, row.property);
      const place = from.source.place(['requirements', index, 'rows', at]);
      rows.set(pointerOf([...base, ...path]), { row, group, from, ...place });
    }
  }
  const requires = Object.entries(checklist.requires ?? {});
  const profile = {
    SchemaDefinition: 'RedfishInteroperabilityProfile.v1_9_0',
    ProfileName: checklist.profile,
    ProfileVersion: checklist.version,
    OwningEntity: checklist.owner,
    Purpose: checklist.purpose,
    ContactInfo: checklist.contact,
    ...(requires.length
      ? { RequiredProfiles: Object.fromEntries(requires.map(([name, MinVersion]) => [name, { MinVersion }])) }
      : {}),
    ...(checklist.redfish === undefined ? {} : { Protocol: { MinVersion: checklist.redfish } }),
    Resources: resources,
  };
  return { profile: profile as Profile, rows };
}
