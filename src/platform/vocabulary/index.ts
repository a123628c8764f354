/**
 * The vocabulary of platform descriptors: one file per section, listed here. Types of a loaded descriptor come from the
 * same declarations; only the checker and the generators load more than types of it.
 */
import { adc } from './adc.ts';
import { boardId, boardName, manufacturer, probe, variantOf } from './board.ts';
import { buses } from './buses.ts';
import { chassis } from './chassis.ts';
import { cooling } from './cooling.ts';
import { derivedSensors } from './derived-sensors.ts';
import { devices } from './devices.ts';
import { drives } from './drives.ts';
import { fans } from './fans.ts';
import { frus } from './frus.ts';
import { hosts } from './hosts.ts';
import { indicators } from './indicators.ts';
import { ipmb } from './ipmb.ts';
import { leakDetectors } from './leak-detectors.ts';
import { lines } from './lines.ts';
import { manager } from './manager.ts';
import { muxes } from './muxes.ts';
import { nodes } from './nodes.ts';
import { panel } from './panel.ts';
import { peci } from './peci.ts';
import { powerSupplies } from './power-supplies.ts';
import type { Loose } from './rule.ts';
import { type Facts, object } from './schema.ts';

export const vocabulary = object(
  {
    id: boardId,
    name: boardName,
    manufacturer,
    variantOf,
    probe,
    manager,
    chassis,
    buses,
    muxes,
    devices,
    lines,
    adc,
    fans,
    derivedSensors,
    cooling,
    ipmb,
    nodes,
    peci,
    frus,
    powerSupplies,
    hosts,
    indicators,
    panel,
    drives,
    leakDetectors,
  },
  'A board.',
);

/** A platform descriptor after loading: overlays merged, quantities as numbers. */
export type Platform = Facts<typeof vocabulary>;
/** A descriptor with faults: what does not fit the schema is missing. */
export type PartialPlatform = Loose<Platform>;

export type { ChassisFacts } from './chassis.ts';
export type { PhysicalContext } from './common.ts';
export type { LoopFacts, ShutdownFacts, ZoneFacts } from './cooling-zone.ts';
export type { DerivedSensorFacts } from './derived-sensors.ts';
export type { AlternativeFacts, DeviceFacts } from './devices.ts';
export type { FanFacts } from './fans.ts';
export type { HostIpmiFacts, HostRight } from './host-ipmi.ts';
export type {
  ButtonPowerFacts,
  HostPowerFacts,
  IpmiPowerFacts,
  QemuPowerFacts,
  RelayPowerFacts,
} from './host-power.ts';
export type { HostFacts } from './hosts.ts';
export type { LineFacts } from './lines.ts';
export type { MuxFacts } from './muxes.ts';
export type { IpmbLinkFacts, LanLinkFacts, NodeFacts } from './nodes.ts';
export type { PanelFacts } from './panel.ts';
export type { SensorFacts, ThresholdFacts } from './sensor.ts';

type Item<Name extends keyof Platform> = NonNullable<Platform[Name]> extends readonly (infer T)[] ? T : never;
export type AdcFacts = Item<'adc'>;
export type FruFacts = Item<'frus'>;
export type IndicatorFacts = Item<'indicators'>;
export type LeakDetectorFacts = Item<'leakDetectors'>;
export type PowerSupplyFacts = Item<'powerSupplies'>;
export type SatelliteFacts = Item<'ipmb'>;
