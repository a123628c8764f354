/** The report of a probe. */
export type DeviceState =
  /** Responds as the part that the descriptor states. */
  | 'answers'
  /** Owned by a driver of the kernel. */
  | 'held'
  /** Expected to be missing: optional, without power, or in a chassis that is not inserted. */
  | 'absent'
  /** No response. */
  | 'silent'
  /** Another part responds, or the response is invalid. */
  | 'other'
  /** The bus does not exist, or hangs. */
  | 'no bus'
  /** Cannot be examined without writing to it, or by this build. */
  | 'unknown';

export interface DeviceFinding {
  readonly id: string;
  readonly chip: string;
  readonly bus: number;
  readonly address: number;
  readonly state: DeviceState;
  /** Contents of its identity registers, text of its inventory, or the fault. */
  readonly detail: string;
  /** Reading of each sensor, or the reason why it has none. */
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
  /** Responds, and has everything that the descriptor states. */
  | 'answers'
  /** Its chassis is not inserted. */
  | 'absent'
  /** No response. */
  | 'silent'
  /** Over a network: the login failed. */
  | 'refused'
  /** Something else responds, or something that the descriptor states is missing. */
  | 'other'
  /** No request could be sent: no bus, or no secret. */
  | 'no way';

/** A controller that is reached over IPMI. */
export interface ControllerFinding {
  readonly id: string;
  readonly kind: 'node' | 'satellite';
  /** Its connection: `IPMB 1 0x20`, `LAN admin@192.0.2.11:623`. */
  readonly way: string;
  readonly state: ControllerState;
  /** Its identity, or what is wrong and what to do. */
  readonly detail: string;
  readonly deviceId: number | null;
  readonly firmware: string | null;
  /** Number of sensor data records; null where they could not be counted, and for satellites. */
  readonly records: number | null;
  /** Number of sensors that the daemon reads by those records; of a satellite those with a reading. */
  readonly sensors: number | null;
  /** Of a satellite; empty for nodes. */
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
  /** Clock, Hz; 100 kHz where the descriptor has none. */
  readonly speed: number;
  /** Time of these bits at that clock, milliseconds. */
  readonly wire: number;
  /** Time measured, milliseconds. */
  readonly measured: number;
  /** Share of the bus taken by sampling at the periods of the descriptor, percent. */
  readonly load: number;
}

export interface ProbeReport {
  readonly board: string;
  readonly devices: readonly DeviceFinding[];
  readonly lines: readonly LineFinding[];
  readonly inputs: readonly InputFinding[];
  readonly buses: readonly BusFinding[];
  readonly controllers: readonly ControllerFinding[];
  /** Everything that is expected was found. */
  readonly ok: boolean;
}
