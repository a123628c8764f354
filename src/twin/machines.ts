/** Simulated virtual machines: hosts that QMP switches, and drives that take images. */
import type { ChassisAction } from 'node-ipmi';
import { DeviceError } from '../../drivers/errors.ts';
import type { MachineListener, VirtualMachines } from '../../drivers/qemu/machines.ts';
import type { Platform } from '../platform/vocabulary/index.ts';
import type { HostModel } from './host.ts';

export interface TwinMachines extends VirtualMachines {
  /** The state of a host may have changed. */
  changed(): void;
  /** Boot order last set for a host, and the image in each drive. */
  readonly order: ReadonlyMap<string, readonly string[]>;
  readonly media: ReadonlyMap<string, string>;
}

const press = (host: HostModel): void => {
  host.press();
  host.release();
};

const actions: Readonly<Record<ChassisAction, (host: HostModel) => void>> = {
  powerUp: (host) => host.feed(true),
  powerDown: (host) => host.feed(false),
  powerCycle: (host) => {
    host.feed(false);
    host.feed(true);
  },
  hardReset: (host) => {
    host.reset(true);
    host.reset(false);
  },
  diagnosticInterrupt: () => undefined,
  softShutdown: press,
};

export function createMachines(board: Platform, host: (id: string) => HostModel | undefined): TwinMachines {
  const ids = new Map(
    (board.hosts ?? []).flatMap(({ id, power }) => (power.kind === 'qemu' ? [[power.qmp, id] as const] : [])),
  );
  const listeners = new Map<string, MachineListener>();
  const order = new Map<string, readonly string[]>();
  const media = new Map<string, string>();
  const told = new Map<string, boolean>();
  const tell = (id: string): void => {
    const on = host(id)?.isPowered ?? false;
    if (told.get(id) === on) return;
    told.set(id, on);
    listeners.get(id)?.power(on);
  };
  return {
    order,
    media,
    changed: () => {
      for (const id of listeners.keys()) tell(id);
    },
    open(qmp, listener) {
      const id = ids.get(qmp) ?? '';
      listeners.set(id, listener);
      told.delete(id);
      setImmediate(() => tell(id));
      return {
        async control(action) {
          const model = host(id);
          if (model === undefined) throw new DeviceError('no-bus', qmp, 'there is no such machine');
          actions[action](model);
        },
        setBootOrder: async (first, others) =>
          void order.set(id, first === null ? others : [first, ...others]),
        async changeMedium(drive, file) {
          if (file === null) media.delete(drive);
          else media.set(drive, file);
        },
        close: () => void listeners.delete(id),
      };
    },
  };
}
