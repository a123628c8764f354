/** Nodes that are added and removed at run time, each with a chassis, a host and an inventory of its own. */
import type { Components } from './components.ts';
import type { NewNode } from './model/node.ts';
import { BoardRefusal } from './model/refusal.ts';
import { BoardChassis } from './parts/chassis.ts';
import { emitPresence } from './parts/presence-events.ts';
import { nodePowerLine } from './power/sequences/sequences.ts';

export class AddedNodes {
  readonly #components: Components;
  #changes = 0;

  constructor(components: Components) {
    this.#components = components;
  }

  /** Rises with each node that is added or removed. */
  get changes(): number {
    return this.#changes;
  }

  /** @throws BoardRefusal where an id is taken; nothing has changed then */
  add({ node, chassis, host, fru }: NewNode): void {
    const { context, contents, chassisParts, nodes, hosts, indicators, inventory } = this.#components;
    const { topology, lines, signals } = context;
    const all = this.#components.chassis;
    for (const [kind, id, taken] of [
      ['node', node.id, nodes.all],
      ['chassis', chassis.id, all],
      ['host', host.id, hosts.all],
    ] as const)
      if (taken.has(id))
        throw new BoardRefusal('not-in-this-state', `there is a ${kind} ${id} already: choose another id`);
    topology.addChassis(chassis);
    topology.addHost(host);
    contents.add(nodes.add(node, chassis.id, host.name));
    lines.add(nodePowerLine(node.id), { direction: 'in', node: node.id });
    indicators.add({ id: node.id, kind: 'identify', node: node.id, chassis: chassis.id });
    inventory.addOfNode(fru, chassis.id);
    const addedHost = hosts.add(host, nodes);
    const addedChassis = new BoardChassis(chassis, chassisParts);
    all.set(chassis.id, addedChassis);
    this.#changes += 1;
    emitPresence(signals, true, 'chassis', [addedChassis], () => 'added');
    emitPresence(signals, true, 'host', [addedHost], () => 'added');
  }

  /** A node that does not exist is already removed. */
  async remove(id: string): Promise<void> {
    const { context, contents, nodes, hosts, indicators, inventory } = this.#components;
    const { topology, lines, signals } = context;
    const node = nodes.all.get(id);
    if (node === undefined) return;
    const { chassis: chassisId, facts } = node;
    const chassis = this.#components.chassis.get(chassisId);
    const host = hosts.all.get(facts.host ?? '');
    contents.delete(node);
    this.#components.chassis.delete(chassisId);
    indicators.remove(id);
    lines.remove(nodePowerLine(id));
    inventory.removeOfNode(id);
    this.#changes += 1;
    signals.emit('stateChanged', 'board');
    await Promise.all([hosts.remove(facts.host ?? ''), nodes.remove(id)]);
    topology.removeChassis(chassisId);
    if (host !== undefined) topology.removeHost(host.id);
    emitPresence(signals, false, 'chassis', chassis === undefined ? [] : [chassis], () => 'removed');
    emitPresence(signals, false, 'host', host === undefined ? [] : [host], () => 'removed');
  }
}
