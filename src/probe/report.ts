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
  /** Everything that should be there is. */
  readonly ok: boolean;
}
