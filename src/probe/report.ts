/** What a probe finds out. */
export type DeviceState =
  /** It is there and is what the descriptor says. */
  | 'answers'
  /** A driver of the kernel has it, which offers it elsewhere. */
  | 'held'
  /** Not there, and it need not be: optional, or its chassis is not plugged in. */
  | 'absent'
  /** Nothing answers. */
  | 'silent'
  /** Something else answers, or what answers makes no sense. */
  | 'other'
  /** The bus is not there, or hangs. */
  | 'no bus'
  /** It cannot be looked at without writing to it, or by this build. */
  | 'unknown';

export interface DeviceFinding {
  readonly id: string;
  readonly chip: string;
  readonly bus: number;
  readonly address: number;
  readonly state: DeviceState;
  /** What its identity registers say, the text of its inventory, or what is wrong. */
  readonly detail: string;
  /** What each sensor reads, and why it has no reading. */
  readonly readings: Readonly<
    Record<string, { readonly value: number | null; readonly fault: string | null }>
  >;
}

export interface LineFinding {
  readonly id: string;
  /** Name in the kernel. */
  readonly line: string;
  readonly direction: 'in' | 'out';
  readonly state: 'found' | 'taken' | 'missing' | 'absent' | 'unknown';
  readonly detail: string;
}

/** Something of the controller itself: an analogue input, a tachometer, a PWM output. */
export interface InputFinding {
  readonly id: string;
  readonly what: string;
  readonly state: 'answers' | 'absent' | 'silent' | 'unknown';
  readonly detail: string;
}

export type ControllerState =
  /** It is there, and has what the descriptor says of it. */
  | 'answers'
  /** Its chassis is not plugged in. */
  | 'absent'
  /** Nothing answers. */
  | 'silent'
  /** Over a network: the login does not work. */
  | 'refused'
  /** Something else answers, or it has not all that the descriptor says. */
  | 'other'
  /** It could not even be asked: no bus, no secret. */
  | 'no way';

/** A controller that is asked by IPMI. */
export interface ControllerFinding {
  readonly id: string;
  readonly kind: 'node' | 'satellite';
  /** What leads to it: `IPMB 1 0x20`, `LAN admin@192.0.2.11:623`. */
  readonly way: string;
  readonly state: ControllerState;
  /** Who it says it is, or what is wrong and what to do. */
  readonly detail: string;
  readonly deviceId: number | null;
  readonly firmware: string | null;
  /** Sensor data records; null where nobody could count them, and for satellites. */
  readonly records: number | null;
  /** Sensors that the daemon reads, by those records; of a satellite those that have a reading. */
  readonly sensors: number | null;
  /** Of a satellite. */
  readonly readings: DeviceFinding['readings'];
}

/** One round over all sensors of an adapter, with everything behind its muxes. */
export interface BusFinding {
  readonly bus: number;
  readonly name: string;
  readonly devices: number;
  readonly sensors: number;
  readonly transfers: number;
  readonly bits: number;
  /** Clock, Hz; 100 kHz where the descriptor says nothing. */
  readonly speed: number;
  /** How long so many bits take at that clock, milliseconds. */
  readonly wire: number;
  /** How long they took, milliseconds. */
  readonly measured: number;
  /** Part of the bus's time that sampling at the periods of the descriptor takes, percent. */
  readonly load: number;
}

export interface ProbeReport {
  readonly board: string;
  readonly devices: readonly DeviceFinding[];
  readonly lines: readonly LineFinding[];
  readonly inputs: readonly InputFinding[];
  readonly buses: readonly BusFinding[];
  readonly controllers: readonly ControllerFinding[];
  /** Everything that should be there is. */
  readonly ok: boolean;
}
