/** What fan control needs of the rest of the board. */
import type { BoardContext } from '../context.ts';
import type { Nodes } from '../nodes/nodes.ts';
import type { Fans } from '../parts/fans.ts';
import type { Hosts } from '../power/hosts.ts';
import type { Sensors } from '../sensing/sensors.ts';

export interface CoolingParts extends Pick<BoardContext, 'signals' | 'persisted' | 'log' | 'availability'> {
  readonly fans: Fans;
  readonly sensors: Sensors;
  readonly nodes: Nodes;
  readonly hosts: Hosts;
}
