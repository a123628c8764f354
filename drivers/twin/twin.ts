/** The simulated board: the same buses, lines and hwmon nodes as the machine, backed by models. */
import type { Hardware } from '../hardware.ts';
import type { TwinBoard } from './board.ts';
import type { ActiveFault, Fault } from './faults.ts';

export interface TwinOptions {
  /** Makes serial numbers and noise; the same seed gives the same board. 1 when left out. */
  readonly seed?: number;
  /** The host's boot and shutdown times and the thermal lags are divided by it; presses of buttons are not. */
  readonly speed?: number;
  /** Monotonic clock in milliseconds; `performance.now` when left out. */
  readonly now?: () => number;
}

/** A change of a line, in the order of time. */
export interface Edge {
  /** Milliseconds of the twin's clock. */
  readonly at: number;
  /** Logical value after the change, by the polarity of the descriptor. */
  readonly asserted: boolean;
  /** Electrical level after the change. */
  readonly level: 0 | 1;
}

export interface TwinStatus {
  readonly board: string;
  readonly mains: boolean;
  readonly inlet: number;
  readonly hosts: readonly { readonly id: string; readonly state: HostState; readonly load: number }[];
  readonly fans: readonly {
    readonly id: string;
    readonly present: boolean;
    readonly duty: number;
    readonly speed: number;
  }[];
  /** Physical values, not what a chip makes of them; `pinned` by `set`. */
  readonly sensors: readonly { readonly id: string; readonly value: number; readonly pinned: boolean }[];
  readonly absent: readonly string[];
  readonly faults: readonly ActiveFault[];
}

/** `post`: has power, firmware at work. `shutdown`: the operating system is ending itself. */
export type HostState = 'off' | 'starting' | 'post' | 'running' | 'shutdown';

/** Every command throws TwinError, and changes nothing, when a name or value is not of this board. */
export interface Twin extends Hardware {
  /** Pins the physical value of a sensor, in its unit; null gives it back to the model. */
  set(sensor: string, value: number | null): void;
  /** Work of the host, 0 (idle) to 1. */
  setLoad(host: string, load: number): void;
  /** Temperature of the air that comes in, degrees Celsius; 24 at first. */
  setInlet(celsius: number): void;
  /** Plugs a device or fan in or out. */
  present(id: string, present: boolean): void;
  /** Fits a second source: the device itself (0) or one of its alternatives (from 1). */
  fit(device: string, source: number): void;
  /** A person presses the power button of the host for `ms`; resolves at release. */
  pressButton(host: string, ms: number): Promise<void>;
  loseMains(): void;
  /** Mains is back: chips start from their reset values, hosts are off. */
  returnMains(): void;
  /** @returns the id of the fault, for `clear`. */
  inject(fault: Fault): string;
  clear(id: string): void;
  readonly faults: readonly ActiveFault[];
  /** The last changes (1000 at most) of a line, by its key in the descriptor or its kernel name. */
  edges(line: string): readonly Edge[];
  status(): TwinStatus;
}

/** A command to the twin that makes no sense on this board. */
export class TwinError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TwinError';
  }
}

/** Builds the twin of a board; hosts are off, mains is there, every declared device is present. */
export function createTwin(board: TwinBoard, _options: TwinOptions = {}): Twin {
  throw new TwinError(`no model of ${board.id} yet`);
}
