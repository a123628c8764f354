/** Simulated IPMB: for each bus the nodes on it, and the end of the manager. */
import { type IpmbLink, IpmiError } from 'node-ipmi';
import { DeviceError } from '../../drivers/errors.ts';
import type { Carrier } from './carrier.ts';
import type { Faults } from './faults.ts';

export interface TwinIpmb {
  /** Adds a node at an 8-bit address. Its messages to an address without a node go to the manager. */
  join(bus: number, address: number, node: { readonly carrier: Carrier; hasPower(): boolean }): IpmbLink;
  /** The end of the manager. @throws DeviceError `no-bus`, `held` */
  open(bus: number): IpmbLink;
  close(): void;
}

interface Member {
  readonly link: IpmbLink;
  readonly carrier: Carrier;
  hasPower(): boolean;
}

interface Wire {
  readonly members: Map<number, Member>;
  controller: IpmbLink | undefined;
}

/** An adapter gives up a message on a stuck bus after this time, ms. */
const adapterTimeout = 1000;

export function createIpmb(faults: Faults): TwinIpmb {
  const wires = new Map<number, Wire>();

  function check(bus: number, to: number): Member | undefined {
    const member = wires.get(bus)?.members.get(to);
    const where = `IPMB ${bus} 0x${to.toString(16)}`;
    if (faults.onBus('missingBus', bus)) {
      // The error of the kernel for a device that was removed while open.
      const cause = Object.assign(new Error('no such device'), { code: 'ENODEV' });
      throw new IpmiError('unreachable', `${where}: the machine has no such bus`, { cause });
    }
    if (member && !member.hasPower()) throw new IpmiError('unreachable', `${where}: no acknowledge`);
    return member;
  }

  /** Waits while the bus is stuck, then fails as an adapter does. */
  async function free(bus: number): Promise<void> {
    if (!faults.onBus('stuckBus', bus)) return;
    await new Promise<void>((resolve) => void setTimeout(resolve, adapterTimeout).unref());
    throw new IpmiError('unreachable', `IPMB ${bus}: the message was not accepted in time`);
  }

  return {
    join(bus, address, { carrier, hasPower }) {
      const wire = wires.get(bus) ?? { members: new Map(), controller: undefined };
      wires.set(bus, wire);
      const link: IpmbLink = {
        onMessage: undefined,
        async send(message) {
          await free(bus);
          const to = message[0] ?? 0;
          const other = check(bus, to);
          const target = other?.link ?? wire.controller;
          if (target === undefined)
            throw new IpmiError('unreachable', `IPMB ${bus} 0x${to.toString(16)}: no acknowledge`);
          carrier.carry(message, false, (bytes) => {
            // The manager may have closed the bus meanwhile.
            if (other !== undefined || wire.controller === target) target.onMessage?.(bytes);
          });
        },
        close: () => void wire.members.delete(address),
      };
      wire.members.set(address, { link, carrier, hasPower });
      return link;
    },
    open(bus) {
      const wire = wires.get(bus);
      if (!wire || faults.onBus('missingBus', bus))
        throw new DeviceError('no-bus', `IPMB ${bus}`, 'the machine has no IPMB there');
      if (wire.controller) throw new DeviceError('held', `IPMB ${bus}`, 'another process owns it');
      const link: IpmbLink = {
        onMessage: undefined,
        async send(message) {
          if (wire.controller !== link) throw new IpmiError('closed', `IPMB ${bus}: the link was closed`);
          await free(bus);
          const to = message[0] ?? 0;
          const member = check(bus, to);
          if (!member) throw new IpmiError('unreachable', `IPMB ${bus} 0x${to.toString(16)}: no acknowledge`);
          member.carrier.carry(message, true, (bytes) => member.link.onMessage?.(bytes));
        },
        close() {
          if (wire.controller === link) wire.controller = undefined;
        },
      };
      wire.controller = link;
      return link;
    },
    close() {
      wires.clear();
    },
  };
}
