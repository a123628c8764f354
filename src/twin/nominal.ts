/**
 * Nominal values of a healthy board, estimated from the descriptor: the middle of the allowed band, the voltage in a
 * name, the usual temperature of a location. One number per sensor, whose meaning depends on the quantity:
 *
 * - Temperature: rise over the inlet air at full load and full fans
 * - Voltage: the rail; Current and Power: at full load; EnergyJoules: the power at full load that it integrates
 * - Rotational: speed at full duty
 * - anything else: the value itself
 */
import type { Quantity } from '../../drivers/quantity.ts';
import type { Platform, ThresholdFacts } from '../platform/vocabulary/index.ts';
import type { KnownSensor } from './catalog.ts';

/** Inlet air of the estimates, Cel. */
export const usualInlet = 24;

/** Rise over the inlet, Cel. */
const riseIn: Readonly<Record<string, number>> = {
  Room: 0,
  Intake: 0,
  Front: 2,
  Exhaust: 16,
  Back: 12,
  CPU: 42,
  CPUSubsystem: 40,
  GPU: 45,
  Accelerator: 45,
  ASIC: 40,
  Memory: 28,
  MemorySubsystem: 28,
  VoltageRegulator: 32,
  NetworkingDevice: 32,
  StorageDevice: 20,
  PowerSupply: 18,
  PowerSubsystem: 18,
};
const riseElsewhere = 12;

/** Power at full load without a threshold, W. */
const usualPower: Readonly<Record<string, number>> = {
  CPU: 150,
  GPU: 250,
  Accelerator: 250,
  Memory: 20,
  PowerSupply: 350,
  PowerSubsystem: 350,
  ACInput: 400,
  Chassis: 400,
};
const powerElsewhere = 25;

/** Share of the distance from the usual inlet to the lowest limit, at full load. */
const warmest = 0.6;
/** Shares of the lowest limit of a current or power at full load; supplies are loaded more than rails. */
const share = { source: 0.6, rail: 0.35 };
const sources = ['PowerSupply', 'PowerSubsystem', 'ACInput', 'DCBus', 'Chassis'];
const usualSpeed = 10_000;
const usual: Partial<Record<Quantity, number>> = {
  Percent: 40,
  Humidity: 45,
  Pressure: 101.3,
  Frequency: 50,
};

export function nominals(
  board: Platform,
  sensors: ReadonlyMap<string, KnownSensor>,
): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  for (const sensor of sensors.values()) {
    const { quantity, facts, nominal } = sensor;
    const { upper } = limits(facts.thresholds);
    if (nominal !== undefined) values.set(sensor.id, nominal);
    else if (quantity === 'Temperature') values.set(sensor.id, rise(facts.context, upper));
    else if (quantity === 'Voltage') values.set(sensor.id, rail(sensor, board));
    else if (quantity === 'Rotational') values.set(sensor.id, fullSpeed(sensor, board));
    else if (quantity in usual) values.set(sensor.id, middle(facts.thresholds) ?? usual[quantity] ?? 0);
  }
  for (const group of circuits(sensors)) shareOut(group, values, board);
  return values;
}

/** Band without a crossed threshold. */
function limits(thresholds: ThresholdFacts = {}): { upper: number; lower: number } {
  const { upperFatal, upperCritical, upperCaution, lowerFatal, lowerCritical, lowerCaution } = thresholds;
  const given = (...values: (number | undefined)[]) => values.filter((value) => value !== undefined);
  return {
    upper: Math.min(Number.POSITIVE_INFINITY, ...given(upperFatal, upperCritical, upperCaution)),
    lower: Math.max(Number.NEGATIVE_INFINITY, ...given(lowerFatal, lowerCritical, lowerCaution)),
  };
}

function middle(thresholds: ThresholdFacts | undefined): number | undefined {
  const { upper, lower } = limits(thresholds);
  if (Number.isFinite(upper) && Number.isFinite(lower)) return (upper + lower) / 2;
  if (Number.isFinite(upper)) return upper * 0.85;
  return Number.isFinite(lower) ? lower * 1.15 : undefined;
}

function rise(context: string | undefined, upper: number): number {
  const usualRise = (context && riseIn[context]) ?? riseElsewhere;
  return Math.min(usualRise || 0, warmest * Math.max(0, upper - usualInlet));
}

/** `P1V05` and `12V` state a voltage, which counts when it is well within the thresholds. */
function rail({ id, facts, at }: KnownSensor, board: Platform): number {
  const spelled = /(?:^|[^A-Za-z0-9]|P)(\d{1,2})V(\d{0,3})(?![A-Za-z0-9])/i.exec(id);
  const { upper, lower } = limits(facts.thresholds);
  if (spelled) {
    const volts = Number(`${spelled[1]}.${spelled[2] || 0}`);
    if (volts < upper * 0.97 && volts > lower * 1.03) return volts;
  }
  const allowed = middle(facts.thresholds);
  if (allowed !== undefined) return allowed;
  const fed = (board.powerSupplies ?? []).find(({ inputVoltage }) => inputVoltage === id);
  if (fed?.type === 'AC') return 230;
  const output = typeof at === 'object' && 'channel' in at && sideOf(at.channel) === 'out';
  return output && facts.context === 'VoltageRegulator' ? 1 : 12;
}

function fullSpeed({ id, facts }: KnownSensor, board: Platform): number {
  const fan = (board.fans ?? []).find(
    ({ tachs = [], rotors = [] }) => rotors.includes(id) || tachs.some(({ sensor }) => sensor.id === id),
  );
  return Math.min(fan?.maxSpeed ?? usualSpeed, 0.92 * limits(facts.thresholds).upper);
}

/** Sensors of one device of one circuit: `vout2`, `iout2` and `pout2`; `voltage`, `current` and `power`. */
type Circuit = readonly (KnownSensor & { readonly at: { readonly channel: string } })[];

function circuits(sensors: ReadonlyMap<string, KnownSensor>): Iterable<Circuit> {
  const groups = new Map<string, Circuit>();
  for (const sensor of sensors.values()) {
    const { at } = sensor;
    if (typeof at !== 'object' || !('channel' in at)) continue;
    const key = `${at.device} ${/\d*$/.exec(at.channel)?.[0]}`;
    groups.set(key, [...(groups.get(key) ?? []), { ...sensor, at }]);
  }
  return groups.values();
}

const sideOf = (channel: string) => /(in|out)\d*$/.exec(channel)?.[1];

/** Sets consistent currents and powers of a circuit, within every limit. */
function shareOut(circuit: Circuit, values: Map<string, number>, board: Platform): void {
  const voltages = circuit.filter(({ quantity }) => quantity === 'Voltage');
  const voltageAt = (channel: string): number => {
    const same = voltages.find(({ at }) => sideOf(at.channel) === sideOf(channel)) ?? voltages[0];
    return (same && values.get(same.id)) || 12;
  };
  let power = Number.POSITIVE_INFINITY;
  for (const { quantity, facts, at } of circuit) {
    const part = sources.includes(facts.context ?? '') ? share.source : share.rail;
    const upper = part * limits(facts.thresholds).upper;
    if (quantity === 'Current') power = Math.min(power, upper * voltageAt(at.channel));
    if (quantity === 'Power' || quantity === 'EnergyJoules') power = Math.min(power, upper);
  }
  if (power === Number.POSITIVE_INFINITY) {
    const fed = (board.powerSupplies ?? []).find(({ capacity, ...supply }) =>
      circuit.some(({ id }) => capacity !== undefined && Object.values(supply).includes(id)),
    );
    const context = circuit.find(({ facts }) => facts.context && facts.context in usualPower)?.facts.context;
    power = fed?.capacity ? share.source * fed.capacity : (context && usualPower[context]) || powerElsewhere;
  }
  for (const { id, quantity, at } of circuit) {
    if (quantity === 'Current') values.set(id, power / voltageAt(at.channel));
    if (quantity === 'Power' || quantity === 'EnergyJoules') values.set(id, power);
  }
}
