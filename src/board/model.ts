/**
 * What the rest of the daemon may know of the live machine. Reading any of this costs nothing and touches no bus:
 * the sampler keeps it current in the background. An unknown is `null`, never an invented number.
 */
import type { MessageCall, MessageKey } from '../messages/keys.ts';
import type {
  ChassisFacts,
  FanFacts,
  HostFacts,
  NodeFacts,
  PhysicalContext,
  Platform,
  ThresholdFacts,
} from '../platform/schema.ts';

export type Health = 'OK' | 'Warning' | 'Critical';
/** The subset of Redfish `State` that parts of a board can be in. */
export type State = 'Enabled' | 'Disabled' | 'Absent' | 'StandbyOffline' | 'UnavailableOffline' | 'Starting';
export interface Status {
  readonly state: State;
  readonly health: Health;
}

/** Kinds of measured quantity, with the unit that readings are in. */
export type Quantity =
  | 'Temperature' // Cel
  | 'Voltage' // V
  | 'Current' // A
  | 'Power' // W
  | 'EnergyJoules' // J
  | 'Frequency' // Hz
  | 'Rotational' // {rev}/min
  | 'Percent' // %
  | 'Humidity' // %
  | 'Pressure'; // kPa

export type ThresholdName = keyof ThresholdFacts;

export interface Sensor {
  readonly id: string;
  readonly name: string;
  readonly chassis: string;
  readonly quantity: Quantity;
  /** Redfish PhysicalContext, when the descriptor says it. */
  readonly context: PhysicalContext | null;
  /** The device that measures, as the descriptor names it. */
  readonly device: string;
  readonly thresholds: Readonly<ThresholdFacts>;
  readonly range: { readonly min: number; readonly max: number } | null;
  /** Sampling period in milliseconds. */
  readonly period: number;
  /** Last good reading; null from the second missed period on, and as soon as its host is off. */
  readonly reading: number | null;
  /** When the last good reading was taken; stays when readings stop. */
  readonly readingTime: Date | null;
  readonly status: Status;
  /** Thresholds that are crossed now, the most severe first. */
  readonly crossed: readonly ThresholdName[];
  /** Why there is no reading, in words; null while there is one. */
  readonly fault: string | null;
}

export interface Fan {
  readonly id: string;
  readonly name: string;
  readonly chassis: string;
  readonly facts: FanFacts;
  /** Ids of the sensors of its rotors. */
  readonly sensors: readonly string[];
  readonly present: boolean;
  /** Duty last set and accepted, percent; null before the first. */
  readonly duty: number | null;
  readonly status: Status;
}

/** `automatic` runs at the fail-safe duty (a closed loop comes later); `manual` holds what was asked. */
export interface Cooling {
  readonly mode: 'automatic' | 'manual';
  readonly minimumDuty: number;
  readonly failSafeDuty: number;
}

/** Redfish PowerState, and null before the pins have been read. */
export type PowerState = 'On' | 'Off' | 'PoweringOn' | 'PoweringOff';
/** Redfish ResetType, those that a host can carry out. */
export const resetTypes = [
  'On',
  'ForceOff',
  'GracefulShutdown',
  'GracefulRestart',
  'ForceRestart',
  'Nmi',
  'ForceOn',
  'PushPowerButton',
  'PowerCycle',
] as const;
export type ResetType = (typeof resetTypes)[number];
/** What a chassis can carry out whose power is switched. */
export type ChassisReset = Extract<ResetType, 'On' | 'ForceOff' | 'ForceOn' | 'PowerCycle'>;
export type RestorePolicy = 'AlwaysOn' | 'AlwaysOff' | 'LastState';

/** Redfish BootSource values that an OCP host's firmware can be asked for by IPMI boot options or BootOrder. */
export const bootTargets = [
  'None',
  'Pxe',
  'Hdd',
  'Cd',
  'BiosSetup',
  'Usb',
  'UefiTarget',
  'UefiHttp',
  'Diags',
] as const;
export type BootTarget = (typeof bootTargets)[number];

export interface BootOverride {
  readonly enabled: 'Disabled' | 'Once' | 'Continuous';
  readonly target: BootTarget;
  readonly mode: 'Legacy' | 'UEFI' | null;
  readonly uefiTarget: string | null;
}

/** A code that the firmware of a host has written. */
export interface PostCode {
  readonly host: string;
  readonly code: number;
  /** Number of the boot, which rises for life. */
  readonly boot: number;
  /** Milliseconds since the boot began; null when nobody saw that. */
  readonly elapsed: number | null;
}

/** What is known of the codes of a host. */
export interface PostCodes {
  /** The last one since the host began to boot; null before the first, and while it has no power. */
  readonly last: { readonly code: number; readonly time: Date } | null;
  /** Why none can come now, and since when; null when they can. */
  readonly fault: { readonly device: string; readonly message: string; readonly since: Date } | null;
}

export type PowerOutcome = { readonly ok: true } | { readonly ok: false; readonly reason: string };

export interface Host {
  readonly id: string;
  readonly name: string;
  readonly chassis: string;
  readonly facts: HostFacts;
  readonly powerState: PowerState | null;
  /** True once the firmware has finished since the last power-on; null where no line for it can be read. */
  readonly postComplete: boolean | null;
  /** When `postComplete` became what it is; null where it is not known. */
  readonly postSince: Date | null;
  /** Null where nothing tells of codes. */
  readonly postCodes: PostCodes | null;
  readonly lastReset: { readonly type: ResetType | 'Restore'; readonly time: Date } | null;
  readonly restorePolicy: RestorePolicy;
  readonly boot: BootOverride;
  readonly assetTag: string;
  /** Occupied processor sockets; null when the pins cannot be read. */
  readonly processorCount: number | null;
  readonly status: Status;
  /** Every reset type the wiring can do at all. */
  readonly supportedResets: readonly ResetType[];
  /** Those that make sense in the present state; the others are refused. */
  allowedResets(): readonly ResetType[];
}

export interface Chassis {
  readonly id: string;
  readonly name: string;
  readonly facts: ChassisFacts;
  readonly assetTag: string;
  readonly powerState: PowerState | null;
  readonly status: Status;
  /** The identify light: null where none is wired. */
  readonly identify: boolean | null;
  /** An open latch keeps it from being switched on. */
  readonly isHeldBack: boolean;
  /** Every reset type that the wiring can do; none where nothing switches its power. */
  readonly supportedResets: readonly ChassisReset[];
  /** Those that make sense in the present state; the others are refused. */
  allowedResets(): readonly ChassisReset[];
}

/** Inventory of a part, from its FRU EEPROM; every text is null when it says nothing. */
export interface Fru {
  readonly id: string;
  readonly name: string;
  readonly chassis: string;
  readonly context: PhysicalContext | null;
  readonly status: Status;
  readonly fault: string | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly partNumber: string | null;
  readonly serialNumber: string | null;
  readonly version: string | null;
  readonly assetTag: string | null;
  readonly chassisPartNumber: string | null;
  readonly chassisSerialNumber: string | null;
  readonly boardManufacturer: string | null;
  readonly boardModel: string | null;
  readonly boardPartNumber: string | null;
  readonly boardSerialNumber: string | null;
  readonly manufactured: Date | null;
  /** The raw image last read, for those who want it all. */
  readonly image: Uint8Array | null;
}

export interface PowerSupply {
  readonly id: string;
  readonly name: string;
  readonly chassis: string;
  readonly facts: NonNullable<Platform['powerSupplies']>[number];
  readonly present: boolean;
  readonly status: Status;
}

export interface Drive {
  readonly id: string;
  readonly name: string;
  readonly chassis: string;
  readonly facts: NonNullable<Platform['drives']>[number];
  readonly status: Status;
}

/** Redfish DetectorState. */
export type LeakState = 'OK' | 'Warning' | 'Critical' | 'Unavailable' | 'Absent';

export interface LeakDetector {
  readonly id: string;
  readonly name: string;
  readonly chassis: string;
  readonly facts: NonNullable<Platform['leakDetectors']>[number];
  readonly state: LeakState;
  readonly status: Status;
}

export interface BusState {
  readonly bus: number;
  readonly name: string;
  readonly status: Status;
  readonly fault: string | null;
}

/** What a board event is about; the Redfish side turns it into a URI. */
export interface Origin {
  readonly kind:
    | 'sensor'
    | 'fan'
    | 'host'
    | 'chassis'
    | 'fru'
    | 'powerSupply'
    | 'drive'
    | 'leakDetector'
    | 'manager'
    | 'node'
    | 'device'
    | 'bus';
  readonly id: string;
  /** Chassis that shows it, where a URI needs it. */
  readonly chassis?: string;
}

/** What surrounds the message of an event. */
export interface EventContext {
  readonly severity: Health;
  readonly origin: Origin;
  /** Host whose log (SEL) it belongs to, if any. */
  readonly host?: string;
  /** Names the condition that this event opens or closes, e.g. `sensor:MB_INLET_TEMP:upperCritical`. */
  readonly condition?: string;
  readonly resolves?: boolean;
  /** A sentence for people, when the registry message says too little. */
  readonly detail?: string;
  /** The record of a node's own event log that it is, and which belongs in the log of its host alone. */
  readonly record?: NodeRecord;
}

/** Something happened on the board: a message of a registry (`SensorEvent.SensorRestored`) with its arguments. */
export type BoardEvent<K extends MessageKey = MessageKey> = EventContext & MessageCall<K>;

/** An event of a host, before it is known of which. */
export type HostEvent = Omit<EventContext, 'origin' | 'host'> & MessageCall;

/** A record of the event log of a node. */
export interface NodeRecord {
  readonly node: string;
  /** Its 16 bytes in hexadecimal (IPMI 2.0, section 32.1). */
  readonly raw: string;
  /** When it happened, by the clock of the node; null where that was not set. */
  readonly time: Date | null;
  /** How far the log of the node has been taken over with this record; to be kept together with it. */
  readonly mark?: string;
}

/** What a controller of a node runs. */
export interface NodeFirmware {
  readonly id: string;
  readonly name: string;
  readonly version: string;
}

/** The limit of the power that a node may draw. */
export interface PowerLimit {
  /** Watts; null when none is in force. */
  readonly watts: number | null;
  readonly exception: 'NoAction' | 'HardPowerOff' | 'LogEventOnly';
  /** Milliseconds within which it must be kept. */
  readonly correction: number;
}

/** A node that is added, and what it brings. */
export interface NewNode {
  readonly node: NodeFacts;
  readonly chassis: ChassisFacts;
  readonly host: HostFacts;
  readonly fru: NonNullable<Platform['frus']>[number] & { readonly node: string };
}

/** A node that is managed through a controller of its own, by IPMI. */
export interface Node {
  readonly id: string;
  readonly name: string;
  readonly chassis: string;
  readonly facts: NodeFacts;
  readonly status: Status;
  /** When it last answered anything; null before the first time. */
  readonly lastAnswer: Date | null;
  /** Why it does not answer, in words; null while it does. */
  readonly fault: string | null;
  readonly firmware: readonly NodeFirmware[];
  /** IANA enterprise number of its maker; null before it was asked. */
  readonly manufacturer: number | null;
  /** What limits its power; null where it cannot be limited, or is not known. */
  readonly powerLimit: PowerLimit | null;
  /** Sensor of the power that it draws as a whole, if it measures that. */
  readonly power: string | null;
}

/** Why a console lets a client go. */
export type ConsoleEnd =
  /** Another client took over typing; `by` says who. */
  | { readonly reason: 'taken-over'; readonly by: string }
  /** The port or the node behind it has failed, or cannot be opened. */
  | { readonly reason: 'lost'; readonly message: string }
  /** Somebody switched the console off, or the daemon ends. */
  | { readonly reason: 'closed' };

export interface ConsoleClient {
  /** Who it is, for whoever is in its way or loses the console to it. */
  readonly name: string;
  /** What the host wrote: at first the last of what it wrote before, then each piece as it comes. */
  output(bytes: Buffer): void;
  /** Nothing comes any more. */
  end(why: ConsoleEnd): void;
}

export interface ConsoleAttachment {
  /** Whether this client may type. */
  readonly writes: boolean;
  /** Types. @returns false when `drained` should be awaited before more is typed */
  write(bytes: Uint8Array): boolean;
  drained(): Promise<void>;
  detach(): void;
}

/** The serial console of a host: one client types, many read. */
export interface Console {
  readonly enabled: boolean;
  readonly clients: number;
  readonly maxClients: number;
  /**
   * `type` asks to be the one that types: granted where nobody does, or with `takeover`. Others read.
   * @throws BoardRefusal `not-in-this-state` (switched off), `busy` (too many clients)
   */
  attach(
    client: ConsoleClient,
    wish: { readonly type: boolean; readonly takeover: boolean },
  ): ConsoleAttachment;
  /** Lets nobody in from now on, or everybody again; lasts over restarts. @throws what the settings throw */
  enable(on: boolean): void;
}

/** Small durable values that the board keeps over restarts; a write has survived power loss when it returns. */
export interface BoardSettings {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
}

/** A command that the board cannot carry out now, and why; nothing was changed. */
export class BoardRefusal extends Error {
  readonly reason: 'not-supported' | 'not-in-this-state' | 'busy' | 'device' | 'out-of-range';
  constructor(reason: BoardRefusal['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BoardRefusal';
    this.reason = reason;
  }
}

/**
 * The live machine. The maps hold what is plugged in, all of it from construction on until the lines have been read;
 * a chassis that is pulled takes all that is in it out of them. The parts in them move by themselves, but for
 * inventories, of which there is a new one with each change. Commands return once the hardware has accepted them; they
 * throw BoardRefusal, DeviceError, or what the settings throw, and have changed nothing then.
 */
export interface Board {
  readonly platform: Platform;
  /** Grows by one with every change of anything below, readings included: a cache key for whoever renders it. */
  readonly revision: number;
  readonly chassis: ReadonlyMap<string, Chassis>;
  readonly sensors: ReadonlyMap<string, Sensor>;
  readonly fans: ReadonlyMap<string, Fan>;
  readonly cooling: Cooling;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly frus: ReadonlyMap<string, Fru>;
  /** By the id of the host; only those that have one. */
  readonly consoles: ReadonlyMap<string, Console>;
  readonly powerSupplies: ReadonlyMap<string, PowerSupply>;
  readonly leakDetectors: ReadonlyMap<string, LeakDetector>;
  /** Those that are there. */
  readonly drives: ReadonlyMap<string, Drive>;
  readonly nodes: ReadonlyMap<string, Node>;
  /** Grows when parts are there that were not known before, or are not known any more: sensors of a node, a node. */
  readonly generation: number;
  readonly buses: readonly BusState[];
  /**
   * What came of reading the sensors of each root bus (`i2c-6`), the ADC (`adc`) and the tachometers (`tach`) since the
   * start: readings, and tries that failed.
   */
  readonly traffic: ReadonlyMap<string, { readonly reads: number; readonly failures: number }>;
  /** Roll-up over everything. */
  readonly health: Health;
  /** Its sampling goes on, whatever single buses do; false before the start and after the end. */
  readonly sampling: boolean;

  start(): Promise<void>;
  stop(): Promise<void>;
  /** What a listener throws is logged, and reaches neither the board nor the other listeners. */
  onEvent(listener: (event: BoardEvent) => unknown): () => void;
  /**
   * Called with codes of firmware as they come, and with none, but `over`, when a boot has ended, be it that the power has
   * gone. There are many, and they are no events.
   */
  onPostCodes(listener: (codes: readonly PostCode[], over: boolean) => void): () => void;
  /** Called for each good reading, as it is taken. */
  onReading(listener: (sensor: Sensor) => void): () => void;
  /** Called after each change of `revision`, at most once per turn of the event loop. */
  onChange(listener: () => void): () => void;

  /**
   * Starts a power operation. Resolves once the first pin has been driven; `done`, which never rejects, then says how
   * it ended, which is also an event. That the state to return to after a loss of mains cannot be stored holds up no
   * operation. @throws BoardRefusal, DeviceError
   */
  reset(host: string, type: ResetType): Promise<{ readonly done: Promise<PowerOutcome> }>;
  /** The same for the power of a chassis, and of all that is in it. @throws BoardRefusal, DeviceError */
  resetChassis(chassis: string, type: ChassisReset): Promise<{ readonly done: Promise<PowerOutcome> }>;
  setIdentify(chassis: string, on: boolean): Promise<void>;
  setAssetTag(target: { host: string } | { chassis: string }, tag: string): Promise<void>;
  setRestorePolicy(host: string, policy: RestorePolicy): Promise<void>;
  setBoot(host: string, boot: BootOverride): Promise<void>;
  setPowerLimit(node: string, limit: PowerLimit): Promise<void>;
  /** Adds a node while the board runs, with all that it brings. @throws BoardRefusal where a name is taken */
  addNode(node: NewNode): void;
  /** Takes it away again, with all that it has brought. One that is not there is gone already. */
  removeNode(node: string): Promise<void>;
  /** A fan that cannot be driven shows it by itself, and holds up neither mode. */
  setCooling(mode: Cooling['mode']): Promise<void>;
  /** Manual mode only. */
  setFanDuty(fan: string, percent: number): Promise<void>;
}
