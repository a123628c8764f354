/** Events about the reachability of a node. */
import type { BoardEvent } from '../model/event.ts';
import type { State } from '../model/status.ts';

interface Named {
  readonly id: string;
  readonly name: string;
}

const about = ({ id }: Named) => ({ origin: { kind: 'node', id }, condition: `node:${id}` }) as const;

/** The node does not respond; `fault` is the reason, without a period at the end. */
export const lossEvent = (node: Named, fault: string): BoardEvent => ({
  message: 'Platform.DeviceManagementInterfaceUnresponsive',
  args: [node.name],
  severity: 'Warning',
  ...about(node),
  detail: `${fault}.`,
});

/** The node responds again, or is expected not to. */
export const lossEndEvent = (node: Named, state: State): BoardEvent => ({
  message: 'ResourceEvent.ResourceStatusChangedOK',
  args: [node.name, state],
  severity: 'OK',
  ...about(node),
  resolves: true,
});
