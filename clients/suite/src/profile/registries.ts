/** Registry requirements of DSP0272, read from what the service serves under /redfish/v1/Registries. */
import { isObject, type JsonObject } from '@redfishd/client';
import { missing } from './levels.ts';
import type { RegistryRule } from './profile.ts';
import { below, type Place, type Report, wholeService } from './report.ts';
import type { Instance, Tree } from './tree.ts';
import { atLeast } from './version.ts';

/** The file entry whose `Registry` has the prefix, e.g. `Base.1.4`. */
const fileOf = (prefix: string, tree: Tree): Instance | undefined =>
  tree
    .ofType('MessageRegistryFile')
    .find(({ body }) => typeof body.Registry === 'string' && body.Registry.split('.')[0] === prefix);

/** The registry itself, where the service serves it. */
function registryOf(file: Instance, tree: Tree): JsonObject | undefined {
  const locations = Array.isArray(file.body.Location) ? file.body.Location : [];
  for (const location of locations) {
    const uri = isObject(location) ? location.Uri : undefined;
    const found = typeof uri === 'string' ? tree.get(uri) : undefined;
    if (found) return found.body;
  }
  return undefined;
}

function versionOf(file: Instance, registry: JsonObject | undefined): string {
  if (typeof registry?.RegistryVersion === 'string') return registry.RegistryVersion;
  return String(file.body.Registry).split('.').slice(1).join('.');
}

export function judgeRegistry(
  prefix: string,
  rule: RegistryRule,
  place: Place,
  tree: Tree,
  report: Report,
): void {
  const level = rule.ReadRequirement ?? 'Mandatory';
  const file = fileOf(prefix, tree);
  if (!file) {
    const verdict = level === 'Supported' ? 'FAIL' : missing(level, false);
    report.add(verdict, 'registry', place, wholeService, `registry ${prefix} (${level}) is not offered`);
    return;
  }
  const target = { uri: file.uri, path: [] };
  const registry = registryOf(file, tree);
  report.add('PASS', 'registry', place, target, `registry ${prefix} is offered`);
  if (rule.MinVersion !== undefined) {
    const version = versionOf(file, registry);
    const met = atLeast(version, rule.MinVersion);
    const text = `registry ${prefix} ${version}, at least ${rule.MinVersion} required`;
    report.add(met ? 'PASS' : 'FAIL', 'registry', below(place, 'MinVersion'), target, text);
  }
  const messages = isObject(registry?.Messages) ? registry.Messages : undefined;
  for (const [name, { ReadRequirement = 'Mandatory' }] of Object.entries(rule.Messages ?? {})) {
    const at = below(place, 'Messages', name);
    if (!messages) report.add('UNTESTED', 'registry', at, target, `registry ${prefix} is not served here`);
    else if (Object.hasOwn(messages, name))
      report.add('PASS', 'registry', at, target, `message ${name} is there`);
    else {
      const verdict = ReadRequirement === 'Supported' ? 'FAIL' : missing(ReadRequirement, false);
      report.add(verdict, 'registry', at, target, `message ${name} (${ReadRequirement}) is not there`);
    }
  }
  for (const name of Object.keys(rule.SupportedFeatures ?? {}))
    report.add(
      'UNTESTED',
      'registry',
      below(place, 'SupportedFeatures', name),
      target,
      `feature ${name} cannot be judged from resources`,
    );
}
