/** The hosts of a board, each with its console. */
import type { SerialPorts } from '../../../drivers/serial/serial.ts';
import type { HostFacts } from '../../platform/vocabulary/index.ts';
import { HostConsole } from '../console.ts';
import type { Nodes } from '../nodes/nodes.ts';
import { ByChassis } from '../parts/by-chassis.ts';
import type { Sensors } from '../sensing/sensors.ts';
import { BoardHost, type HostParts } from './host.ts';
import type { Slots } from './slots.ts';

export interface HostsParts extends Pick<HostParts, 'lines' | 'persisted' | 'changes' | 'onPower' | 'log'> {
  readonly sensors: Sensors;
  readonly slots: Slots;
  readonly nodes: Nodes;
  readonly serial: SerialPorts;
}

/** Speed of a serial port where the descriptor has none. */
const defaultBaud = 115_200;

export class Hosts {
  readonly all = new Map<string, BoardHost>();
  readonly byChassis = new ByChassis<BoardHost>();
  readonly consoles = new Map<string, HostConsole>();
  readonly #parts: HostsParts;

  constructor(list: readonly HostFacts[], parts: HostsParts) {
    this.#parts = parts;
    for (const facts of list) this.add(facts);
  }

  /** The console begins with its own `start`. */
  add(facts: HostFacts): BoardHost {
    const { sensors, slots, nodes, serial, ...parts } = this.#parts;
    const { id, chassis, power, console } = facts;
    const host = new BoardHost(facts, {
      ...parts,
      health: () => sensors.healthOf(id),
      isFed: () => slots.feeds(chassis),
      ...(power.kind === 'ipmi'
        ? {
            controller: nodes.controllerOf(power.node),
            isBootPending: () => nodes.isBootPending(power.node),
          }
        : {}),
    });
    this.all.set(id, host);
    this.byChassis.add(host);
    if (console !== undefined) {
      const { device, baud = defaultBaud, node = '' } = console;
      const open = device === undefined ? () => nodes.console(node) : () => serial.open(device, baud);
      // A session over the network is opened on demand: the controller has one for all its clients.
      this.consoles.set(id, new HostConsole(id, { ...parts, open, keepOpen: device !== undefined }));
    }
    return host;
  }

  async remove(id: string): Promise<void> {
    const host = this.all.get(id);
    if (host === undefined) return;
    this.all.delete(id);
    this.byChassis.delete(host);
    this.consoles.get(id)?.stop();
    this.consoles.delete(id);
    await host.stop();
  }
}
