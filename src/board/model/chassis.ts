/** Chassis and their removable contents (fans, supplies, drives, inventory), as seen from outside the board. */
import type { ChassisFacts, FanFacts, PhysicalContext, Platform } from '../../platform/vocabulary/index.ts';
import type { ChassisReset, PowerState } from './power.ts';
import type { BoardRefusal } from './refusal.ts';
import type { Status } from './status.ts';

export interface Chassis {
  readonly id: string;
  readonly name: string;
  readonly facts: ChassisFacts;
  readonly assetTag: string;
  readonly powerState: PowerState | null;
  readonly status: Status;
  /** State of the identify LED; null where none is wired. */
  readonly identify: boolean | null;
  /** An open latch keeps its power off. */
  readonly isHeldBack: boolean;
  /** Every reset type that the wiring supports; empty where its power is not switched. */
  readonly supportedResets: readonly ChassisReset[];
  /** Why a reset is refused now; null when it is carried out, be it after the operation that runs. */
  resetRefusal(type: ChassisReset): BoardRefusal | null;
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

/** Inventory of a component from its FRU EEPROM; a text that the EEPROM does not have is null. */
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
  /** The raw image last read; null while there is none. */
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
