/** Checks that a fault is possible on a board. */
import type { Fault } from './faults.ts';
import type { Machine } from './machine.ts';
import { lookup, TwinError, unknownName } from './names.ts';

/** @throws TwinError when the board has no such target */
export function checkTarget(fault: Fault, machine: Machine): void {
  const { buses, sensors, fans, supplies, hosts, lines } = machine;
  switch (fault.kind) {
    case 'nack':
    case 'hang':
    case 'allOnes':
    case 'held':
    case 'badPec':
      if (!buses.targets.has(fault.device)) throw unknownName(fault.device, [...buses.targets], 'device');
      if (fault.kind === 'badPec' && !buses.usesPec(fault.device)) {
        throw new TwinError(`device ${fault.device} does not use packet error checking (pec: true)`);
      }
      return;
    case 'storm':
    case 'released':
      lines.check(fault.line, fault.kind === 'storm' ? 'in' : 'out');
      return;
    case 'stuckBus':
    case 'missingBus':
      if (lookup(buses.buses, fault.bus, 'bus') && fault.kind === 'missingBus') {
        throw new TwinError(
          `bus ${fault.bus} is a channel of a mux that redfishd switches; it cannot be missing`,
        );
      }
      return;
    case 'noisy':
      if (!(fault.amplitude > 0 && Number.isFinite(fault.amplitude))) {
        throw new TwinError(`amplitude must be a number above 0, not ${fault.amplitude}`);
      }
      lookup(sensors, fault.sensor, 'sensor');
      return;
    case 'frozen':
      lookup(sensors, fault.sensor, 'sensor');
      return;
    case 'deadFan':
    case 'heldFan':
    case 'deadTach':
      lookup(fans, fault.fan, 'fan');
      return;
    case 'blownSupply':
      lookup(supplies, fault.powerSupply, 'power supply');
      return;
    case 'lostMains':
      return;
    case 'deadNode':
    case 'garbledNode':
    case 'slowNode':
    case 'lossyNode':
      lookup(machine.nodes.nodes, fault.node, 'node');
      if (fault.kind === 'slowNode' && !(fault.ms > 0 && fault.ms <= 60_000))
        throw new TwinError(`the delay is above 0, and at most 60000 ms, not ${fault.ms}`);
      if (fault.kind === 'lossyNode' && !(fault.percent > 0 && fault.percent <= 100))
        throw new TwinError(`a percentage is above 0, and at most 100, not ${fault.percent}`);
      return;
    case 'noModule':
      lookup(hosts.all, fault.host, 'host');
      if (!(Number.isInteger(fault.index) && fault.index >= 0 && fault.index < 128))
        throw new TwinError(`the index of a memory module is 0 to 127, not ${fault.index}`);
      return;
    default: {
      const { state } = lookup(hosts.all, fault.host, 'host');
      if (fault.kind === 'crash' && state !== 'running') {
        throw new TwinError(`host ${fault.host} runs no operating system`);
      }
    }
  }
}
