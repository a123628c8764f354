/** Names of a checklist against the schemas of DMTF. */
import type { Problem } from '../text/document.ts';
import { suggestion } from '../text/suggest.ts';
import type { LoadedChecklist } from './checklist.ts';

/** Names of each object: `Chassis.Chassis` has the properties of a chassis, `Chassis.#Reset` the parameters. */
export type SchemaNames = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

function propertiesOf(names: SchemaNames, type: string): string[] {
  return Object.keys(names[`${type}.${type}`] ?? {}).filter((name) => name !== '');
}

/** Unknown resource types, first-level properties and actions, with the nearest name that exists. */
export function lintNames({ checklist, source }: LoadedChecklist, names: SchemaNames): readonly Problem[] {
  const problems: Problem[] = [];
  const types = Object.keys(names).flatMap((key) => /^(\w+)\.\1$/.exec(key)?.[1] ?? []);
  for (const [index, group] of checklist.requirements.entries()) {
    const path = ['requirements', index];
    const { resource } = group;
    if (!types.includes(resource) && !resource.endsWith('Collection')) {
      const at = [...path, 'resource'];
      problems.push(source.problem(at, `no schema is called ${resource}`, suggestion(resource, types)));
      continue;
    }
    if (resource.endsWith('Collection')) continue;
    const properties = propertiesOf(names, resource);
    const actions = Object.keys(names).flatMap((key) =>
      key.startsWith(`${resource}.#`) ? key.slice(resource.length + 2) : [],
    );
    for (const [at, { property, action }] of group.rows.entries()) {
      const here = [...path, 'rows', at];
      const [first = ''] = property?.split('.') ?? [];
      if (property !== undefined && !first.startsWith('@') && !properties.includes(first)) {
        const text = `${resource} has no property ${first}`;
        problems.push(source.problem([...here, 'property'], text, suggestion(first, properties)));
      }
      if (action !== undefined && !actions.includes(action)) {
        const text = `${resource} has no action ${action}`;
        problems.push(source.problem([...here, 'action'], text, suggestion(action, actions)));
      }
    }
  }
  return problems;
}
