/**
 * What the twin must know of a board: a structural part of a loaded platform descriptor, so that drivers need
 * nothing of the code that loads it. Durations are in milliseconds, the shunt in ohm.
 */
import type { ChipParameters } from '../../drivers/i2c/chip.ts';
import type { Quantity } from '../../drivers/quantity.ts';

export interface TwinThresholds {
  readonly upperFatal?: number;
  readonly upperCritical?: number;
  readonly upperCaution?: number;
  readonly lowerCaution?: number;
  readonly lowerCritical?: number;
  readonly lowerFatal?: number;
}

export interface TwinSensor {
  readonly id: string;
  readonly context?: string;
  readonly thresholds?: TwinThresholds;
  readonly poweredBy?: string;
  /** It is there, and fed, with this chassis. */
  readonly chassis?: string;
}

/** A sensor behind a chip: what it shows is `scale` × what the chip reports + `offset`. */
export interface TwinChipSensor extends TwinSensor {
  readonly scale?: number;
  readonly offset?: number;
}

export interface TwinPart extends ChipParameters {
  readonly chip?: string;
  readonly bus?: number;
  readonly address?: number;
  readonly sensors?: Readonly<Record<string, TwinChipSensor>>;
}

export interface TwinDevice extends TwinPart {
  readonly id: string;
  readonly poweredBy?: string;
  readonly chassis?: string;
  readonly alternatives?: readonly TwinPart[];
}

export interface TwinMux {
  readonly id: string;
  readonly chip: string;
  readonly bus: number;
  readonly address: number;
  readonly channels: readonly number[];
  readonly driver?: 'redfishd' | 'kernel';
}

export interface TwinLine {
  readonly line?: string;
  readonly direction: 'in' | 'out';
  readonly activeLow?: boolean;
  readonly initial?: boolean;
  /** Chassis that carries the chip that it is on. */
  readonly chassis?: string;
  /** Node whose bridge IC has it, and its number there. */
  readonly node?: string;
  readonly bit?: number;
}

export interface TwinAdc {
  readonly channel: number;
  readonly divider?: number;
  readonly bridge?: { readonly line: string };
  readonly quantity?: 'Voltage' | 'Current';
  readonly sensor: TwinSensor;
}

export interface TwinFan {
  readonly id: string;
  readonly pwm: number;
  readonly tachs: readonly { readonly tach: number; readonly sensor: TwinSensor }[];
  readonly maxSpeed?: number;
  readonly present?: string;
}

export interface TwinFru {
  readonly id: string;
  readonly name?: string;
  readonly device?: string;
  readonly node?: string;
  readonly number?: number;
}

/** A node with a controller of its own. */
export interface TwinNode {
  readonly id: string;
  readonly name?: string;
  readonly link:
    | {
        readonly kind: 'ipmb';
        readonly bus: number;
        /** 7-bit. */
        readonly address: number;
        /** That of the BMC there, 7-bit; 0x10 when left out. */
        readonly own?: number;
      }
    | { readonly kind: 'lan'; readonly host: string };
  readonly chassis?: string;
  /** Host that it serves. */
  readonly host?: string;
  readonly bridgeIc?: 'meta' | 'wiwynn';
  readonly sensors?: Readonly<
    Record<string, { readonly context?: string; readonly thresholds?: TwinThresholds }>
  >;
  readonly simulate?: 'server' | 'twin-lakes';
}

/** A satellite controller with sensors that are read by their numbers. */
export interface TwinSatellite {
  readonly id: string;
  readonly bus: number;
  readonly address: number;
  readonly sensors: readonly (TwinChipSensor & { readonly number: number; readonly quantity: Quantity })[];
}

export interface TwinPowerSupply {
  readonly id: string;
  readonly type: string;
  readonly capacity?: number;
  readonly inputVoltage?: string;
  readonly inputCurrent?: string;
  readonly inputPower?: string;
  readonly outputVoltage?: string;
  readonly outputCurrent?: string;
  readonly outputPower?: string;
  readonly present?: string;
  readonly good?: string;
}

export interface TwinChassis {
  readonly id?: string;
  readonly fru?: string;
  readonly containedBy?: string;
  readonly present?: string;
  /** What takes the power of all of it away and gives it back. */
  readonly cycle?: { readonly device: string };
  /** What feeds it. */
  readonly switch?: {
    readonly line: string;
    readonly good?: string;
    readonly latch?: string;
    readonly serviced?: string;
  };
}

export interface TwinHost {
  readonly id: string;
  readonly chassis?: string;
  readonly manufacturer?: string;
  readonly model?: string;
  readonly fru?: string;
  readonly power:
    | {
        readonly kind?: 'gpio';
        readonly button: string;
        readonly reset?: string;
        readonly good: string;
        readonly onPulse: number;
        readonly gracefulPulse?: number;
        readonly forceOffPulse: number;
      }
    | { readonly kind: 'relay'; readonly line: string; readonly good?: string }
    | { readonly kind: 'ipmi'; readonly node: string };
  readonly post?: { readonly complete: string };
  readonly postCodes?: { readonly device?: string; readonly node?: string };
  readonly console?: { readonly device?: string; readonly node?: string };
  readonly buttons?: {
    readonly power?: string;
    readonly reset?: string;
    readonly nmi?: string;
    readonly acts?: 'board' | 'passThrough' | 'policy';
  };
  readonly processors?: { readonly sockets: readonly { readonly present: string }[] };
}

export interface TwinBoard {
  readonly id: string;
  readonly name: string;
  readonly manufacturer?: string;
  readonly buses?: readonly { readonly bus: number }[];
  readonly muxes?: readonly TwinMux[];
  readonly devices?: readonly TwinDevice[];
  readonly lines?: Readonly<Record<string, TwinLine>>;
  readonly adc?: readonly TwinAdc[];
  readonly fans?: readonly TwinFan[];
  readonly ipmb?: readonly TwinSatellite[];
  readonly nodes?: readonly TwinNode[];
  readonly frus?: readonly TwinFru[];
  readonly powerSupplies?: readonly TwinPowerSupply[];
  readonly hosts?: readonly TwinHost[];
  readonly chassis?: readonly TwinChassis[];
  readonly drives?: readonly { readonly id: string; readonly present?: string }[];
  readonly leakDetectors?: readonly {
    readonly id: string;
    readonly line: string;
    readonly present?: string;
  }[];
  /** One for all hosts. */
  readonly panel?: {
    readonly select: { readonly lines: readonly string[]; readonly hosts: readonly string[] };
    readonly power?: string;
    readonly reset?: string;
  };
  readonly manager?: { readonly id: string };
  readonly indicators?: readonly { readonly led?: string }[];
  readonly probe?: { readonly fru: string };
}
