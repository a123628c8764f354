/** Protocol requirements of DSP0272, judged by what the service root states. */
import { isObject, type JsonObject } from '@redfishd/client';
import type { FeatureLevel, ProtocolRule } from './profile.ts';
import { below, type Place, type Report } from './report.ts';
import type { Tree } from './tree.ts';
import { atLeast } from './version.ts';

const root = { uri: '/redfish/v1', path: [] };

type Stated = (features: JsonObject, tree: Tree) => boolean | undefined;

const flag =
  (name: string, inside?: string): Stated =>
  (features) => {
    const holder = inside === undefined ? features : features[inside];
    return isObject(holder) && holder[name] === true;
  };

/** How a service states each feature; undefined where only an exchange of messages can tell. */
const features: Readonly<Record<Exclude<keyof ProtocolRule, 'MinVersion' | 'ErrorResponse'>, Stated>> = {
  ExpandQuery: ({ ExpandQuery }) => isObject(ExpandQuery) && Object.values(ExpandQuery).includes(true),
  FilterQuery: flag('FilterQuery'),
  SelectQuery: flag('SelectQuery'),
  OnlyQuery: flag('OnlyMemberQuery'),
  ExcerptQuery: flag('ExcerptQuery'),
  DeepPATCH: flag('DeepPATCH', 'DeepOperations'),
  DeepPOST: flag('DeepPOST', 'DeepOperations'),
  HostInterface: (_, tree) => tree.ofType('HostInterface').length > 0,
  Discovery: () => undefined,
};

function judgeFeature(
  name: string,
  level: FeatureLevel | undefined,
  stated: boolean | undefined,
  place: Place,
  report: Report,
): void {
  if (level === undefined || level === 'None') return;
  const at = below(place, name);
  if (stated === undefined)
    report.add('UNTESTED', 'protocol', at, root, `${name} cannot be judged from resources`);
  else if (stated) report.add('PASS', 'protocol', at, root, `${name} is supported`);
  else
    report.add(
      level === 'Mandatory' ? 'FAIL' : 'WARN',
      'protocol',
      at,
      root,
      `${name} (${level}) is not stated as supported`,
    );
}

export function judgeProtocol(rule: ProtocolRule, place: Place, tree: Tree, report: Report): void {
  if (rule.MinVersion !== undefined) {
    const version = tree.root.RedfishVersion;
    const met = typeof version === 'string' && atLeast(version, rule.MinVersion);
    const text = `RedfishVersion ${String(version)}, at least ${rule.MinVersion} required`;
    report.add(met ? 'PASS' : 'FAIL', 'protocol', below(place, 'MinVersion'), root, text);
  }
  const stated = tree.root.ProtocolFeaturesSupported;
  for (const [name, state] of Object.entries(features))
    judgeFeature(
      name,
      rule[name as keyof typeof features],
      state(isObject(stated) ? stated : {}, tree),
      place,
      report,
    );
  for (const [name, level] of Object.entries(rule.ErrorResponse ?? {}))
    judgeFeature(
      name,
      typeof level === 'string' ? level : 'Mandatory',
      undefined,
      below(place, 'ErrorResponse'),
      report,
    );
}
