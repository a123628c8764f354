/** The live machine as the rest of the daemon sees it. */
import type { Platform } from '../../platform/vocabulary/index.ts';
import type { Chassis, Drive, Fan, Fru, PowerSupply } from './chassis.ts';
import type { Console } from './console.ts';
import type { Cooling, LoopSettings, ZoneSettings } from './cooling.ts';
import type { BoardEvent } from './event.ts';
import type { NewNode, Node, PowerLimit } from './node.ts';
import type {
  BootOverride,
  BootPhase,
  BootRetrySettings,
  ChassisReset,
  Host,
  PostCode,
  ResetType,
  RestorePolicy,
  StartedReset,
} from './power.ts';
import type { Revisions } from './revisions.ts';
import type { BusState, LeakDetector, Sensor, ThresholdSettings } from './sensor.ts';
import type { Health } from './status.ts';

/** Small values that persist over restarts; a write has survived power loss when it returns. */
export interface BoardSettings {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
}

/**
 * The live machine. Reading any of it costs nothing and touches no bus: the sampler keeps it current in the background.
 * An unknown value is `null`, never an invented one. The maps hold what is present (until the presence lines have been
 * read: everything); removing a chassis removes its contents from them. Their members update in place, except inventories,
 * which are replaced. Commands resolve once the hardware has accepted them; they throw BoardRefusal, DeviceError, or
 * what the settings throw, and have changed nothing then.
 */
export interface Board {
  readonly platform: Platform;
  readonly revisions: Revisions;
  /** Sum of both revisions of the whole board. */
  readonly revision: number;
  readonly chassis: ReadonlyMap<string, Chassis>;
  readonly sensors: ReadonlyMap<string, Sensor>;
  readonly fans: ReadonlyMap<string, Fan>;
  readonly cooling: Cooling;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly frus: ReadonlyMap<string, Fru>;
  /** By host id; only hosts with a console. */
  readonly consoles: ReadonlyMap<string, Console>;
  readonly powerSupplies: ReadonlyMap<string, PowerSupply>;
  readonly leakDetectors: ReadonlyMap<string, LeakDetector>;
  readonly drives: ReadonlyMap<string, Drive>;
  readonly nodes: ReadonlyMap<string, Node>;
  /** Rises when the set of sensors or nodes changes. */
  readonly generation: number;
  readonly buses: readonly BusState[];
  /** Readings and failed attempts since the start, per root bus (`i2c-6`), ADC (`adc`) and tachometers (`tach`). */
  readonly traffic: ReadonlyMap<string, { readonly reads: number; readonly failures: number }>;
  /** Roll-up over everything. */
  readonly health: Health;
  /** The sampler is running, also while single buses fail; false before the start and after the stop. */
  readonly sampling: boolean;
  /** The loops of fan control make progress, or there are none; false before the start and after the stop. */
  readonly isCooling: boolean;

  start(): Promise<void>;
  stop(): Promise<void>;
  /** An error of a listener is logged and reaches neither the board nor other listeners. */
  onEvent(listener: (event: BoardEvent) => unknown): () => void;
  /** Called with POST codes as they arrive, and with none but `over` when a boot has ended, also by loss of power. */
  onPostCodes(listener: (codes: readonly PostCode[], over: boolean) => void): () => void;
  /** Called when the firmware of a host begins, has finished, or has lost its power. */
  onHostBoot(listener: (host: string, phase: BootPhase) => void): () => void;
  /** Called for each good reading. */
  onReading(listener: (sensor: Sensor) => void): () => void;
  /** Called after state or readings changed, at most once per turn of the event loop. */
  onChange(listener: () => void): () => void;

  /**
   * Starts a power operation, after the one that runs; ForceOff interrupts that. Resolves once the first output has
   * been driven. The outcome is also an event. A failure to persist the state for the restore policy delays no operation.
   * @throws BoardRefusal, DeviceError
   */
  reset(host: string, type: ResetType): Promise<StartedReset>;
  /** As `reset`, for the power of a chassis and everything in it. @throws BoardRefusal, DeviceError */
  resetChassis(chassis: string, type: ChassisReset): Promise<StartedReset>;
  setIdentify(chassis: string, on: boolean): Promise<void>;
  setAssetTag(target: { host: string } | { chassis: string }, tag: string): Promise<void>;
  setRestorePolicy(host: string, policy: RestorePolicy): Promise<void>;
  setBoot(host: string, boot: BootOverride): Promise<void>;
  /** The firmware of a host has read the override: the boot that it is in uses up one for a single boot. */
  bootOverrideRead(host: string): void;
  /** The firmware of a host has taken the override: one for a single boot is used up. */
  bootOverrideTaken(host: string): void;
  /** Puts the image at `file` into the drive of a virtual machine; null empties it. @throws BoardRefusal, DeviceError */
  changeMedium(host: string, file: string | null): Promise<void>;
  /** Tells firmware that waits for it whether the controller answers. A board whose hosts speak IPMI begins with no. */
  setReady(on: boolean): void;
  /** @throws BoardRefusal where no line shows that a boot has failed */
  setBootRetry(host: string, settings: BootRetrySettings): Promise<void>;
  setPowerLimit(node: string, limit: PowerLimit): Promise<void>;
  /**
   * Changes the named thresholds of a sensor at once and for good, until `resetThresholds`; the others stay.
   * @throws BoardRefusal `not-supported` (no such sensor), `out-of-range` (not in ascending order, or not a number)
   */
  setThresholds(sensor: string, settings: ThresholdSettings): Promise<void>;
  /** Returns a sensor to the thresholds of the descriptor. @throws BoardRefusal `not-supported` (no such sensor) */
  resetThresholds(sensor: string): Promise<void>;
  /** Adds a node with its chassis, host and inventory at run time. @throws BoardRefusal where an id is taken */
  addNode(node: NewNode): void;
  /** Removes a node and what came with it; one that does not exist is already removed. */
  removeNode(node: string): Promise<void>;
  /** A fan that cannot be driven shows that in its status and prevents neither mode. */
  setCooling(mode: Cooling['mode']): Promise<void>;
  /** Percent; manual mode only. */
  setFanDuty(fan: string, percent: number): Promise<void>;
  /**
   * Changes a zone for good. @throws BoardRefusal `not-supported` (no such zone), `out-of-range`
   */
  setZone(zone: string, settings: ZoneSettings): Promise<void>;
  /**
   * Changes the named settings of a loop for good, until `resetLoop`; the others stay.
   * @throws BoardRefusal `not-supported` (no such loop, or one without a target), `out-of-range`
   */
  setLoop(zone: string, loop: string, settings: LoopSettings): Promise<void>;
  /** Returns a loop to the descriptor. @throws BoardRefusal `not-supported` (no such loop) */
  resetLoop(zone: string, loop: string): Promise<void>;
  /** Drives all fans at full speed, for good, whatever the mode. */
  setFullSpeed(on: boolean): Promise<void>;
}
