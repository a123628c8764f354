/** Evidence that a property can be written: the Allow header and `@Redfish.WriteableProperties` of its object. */
import { once } from './levels.ts';
import type { Place } from './report.ts';
import type { Scope } from './scope.ts';
import type { WriteLevel } from './vocabulary.ts';

/** Undefined when neither the header nor the annotation tells: only a PATCH of the present value decides. */
function isWriteable(name: string, { tree, instance, holders }: Scope): boolean | undefined {
  const allow = tree.allowed(instance.uri);
  if (allow && !allow.includes('PATCH') && !allow.includes('PUT')) return false;
  const named = holders[0]?.['@Redfish.WriteableProperties'];
  return Array.isArray(named) ? named.includes(name) : undefined;
}

export function judgeWrite(name: string, level: WriteLevel, place: Place, scope: Scope): void {
  const { report, instance, path } = scope;
  const writeable = isWriteable(name, scope);
  if (once(level)) {
    report.count(place, 'write', '', writeable, `${name} can be written`);
    return;
  }
  const target = { uri: instance.uri, path: [...path, name] };
  if (writeable === undefined)
    report.add('UNTESTED', 'write', place, target, `whether ${name} can be written is not stated`);
  else if (writeable) report.add('PASS', 'write', place, target, `${name} can be written`);
  else
    report.add(level === 'Mandatory' ? 'FAIL' : 'WARN', 'write', place, target, `${name} cannot be written`);
}
