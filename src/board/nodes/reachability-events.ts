/** What is told of a node that is lost and found. */
import type { BoardEvent, State } from '../model.ts';

interface Named {
  readonly id: string;
  readonly name: string;
}

const about = ({ id }: Named) => ({ origin: { kind: 'node', id }, condition: `node:${id}` }) as const;

/** It does not answer, and why. */
export const lostEvent = (node: Named, fault: string): BoardEvent => ({
  message: 'Platform.DeviceManagementInterfaceUnresponsive',
  args: [node.name],
  severity: 'Warning',
  ...about(node),
  detail: `${fault}.`,
});

/** It answers again, or is not to be asked: nothing is wrong any more. */
export const wellEvent = (node: Named, state: State): BoardEvent => ({
  message: 'ResourceEvent.ResourceStatusChangedOK',
  args: [node.name, state],
  severity: 'OK',
  ...about(node),
  resolves: true,
});
