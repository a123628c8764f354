/** Health of a part, of what is below it, and of what is not there. */

import { memberOf, textOf } from '../json/node.ts';
import type { Judge } from '../judge.ts';
import type { Resource, Tree } from '../tree.ts';

const identity = ['SerialNumber', 'PartNumber', 'Model'];

function judgeAbsent(judge: Judge, resource: Resource): void {
  const status = memberOf(resource.root, 'Status');
  if (textOf(status, 'State') !== 'Absent') return;
  const named = identity.filter((name) => (textOf(resource.root, name) ?? '') !== '');
  const health = textOf(status, 'Health');
  if (health === 'OK' && named.length)
    judge.report('XREF-ABSENT-1', resource, '/Status', `absent, with health OK and ${named.join(', ')}`, {
      node: status,
    });
}

/** Whatever rolls up: the nearest resource above that has a HealthRollup. */
function judgeRollup(judge: Judge, tree: Tree, resource: Resource): void {
  const status = memberOf(resource.root, 'Status');
  if (textOf(status, 'Health') !== 'Critical') return;
  for (let uri = resource.uri; uri.length > '/redfish/v1/'.length; ) {
    uri = uri.slice(0, uri.lastIndexOf('/'));
    const above = tree.get(uri);
    const rollup = textOf(memberOf(above?.root, 'Status'), 'HealthRollup');
    if (!above || rollup === undefined) continue;
    if (rollup === 'OK')
      judge.report(
        'XREF-HEALTH-2',
        resource,
        '/Status/Health',
        `Critical, while the HealthRollup of ${uri} is OK`,
        {
          node: memberOf(status, 'Health'),
          also: [above],
        },
      );
    return;
  }
}

export function judgeHealth(judge: Judge, tree: Tree): void {
  for (const resource of tree.values()) {
    if (resource.type === undefined) continue;
    judgeAbsent(judge, resource);
    judgeRollup(judge, tree, resource);
  }
}
