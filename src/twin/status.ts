/** The state of a twin as data. */
import type { ActiveFault } from './faults.ts';
import type { HostState } from './host.ts';
import type { Shown } from './leds.ts';
import type { Machine } from './machine.ts';
import type { NodeState } from './nodes/index.ts';
import type { WatchdogState } from './watchdog.ts';

export interface TwinStatus {
  readonly board: string;
  readonly mains: boolean;
  readonly inlet: number;
  readonly hosts: readonly {
    readonly id: string;
    readonly state: HostState;
    readonly load: number;
    readonly bootedFrom: number | null;
  }[];
  readonly fans: readonly {
    readonly id: string;
    readonly present: boolean;
    /** Percent. */
    readonly duty: number;
    /** Percent of its full speed. */
    readonly speed: number;
  }[];
  /** Physical values, before the conversion of the chip; `pinned` by `set`. */
  readonly sensors: readonly { readonly id: string; readonly value: number; readonly pinned: boolean }[];
  /** Devices, fans, power supplies and chassis that are not plugged in. */
  readonly absent: readonly string[];
  readonly faults: readonly ActiveFault[];
  readonly leds: Readonly<Record<string, Shown>>;
  readonly watchdogs: readonly WatchdogState[];
  readonly nodes: readonly NodeState[];
}

/** The present state of the models. */
export function statusOf(machine: Machine, rest: Pick<TwinStatus, 'leds' | 'watchdogs'>): TwinStatus {
  const { platform, physics, buses, loads } = machine;
  const devices = (platform.devices ?? []).map(({ id }) => id);
  return {
    board: platform.name,
    mains: machine.power.hasMains(),
    inlet: physics.inlet,
    hosts: [...machine.hosts.all].map(([id, { state }]) => ({
      ...{ id, state, load: loads.get(id) ?? 0 },
      bootedFrom: machine.firmware.bootedFrom(id),
    })),
    fans: [...machine.fans.values()].map((fan) => ({
      id: fan.id,
      present: !machine.absent.has(fan.id),
      duty: machine.dutyOf(fan),
      speed: 100 * physics.spin(fan.id),
    })),
    sensors: [...machine.sensors.keys()].map((id) => ({
      id,
      value: physics.value(id),
      pinned: physics.isPinned(id),
    })),
    absent: [...machine.absent, ...devices.filter((id) => !buses.isPresent(id))],
    faults: machine.faults.list,
    nodes: machine.nodes.states,
    ...rest,
  };
}
