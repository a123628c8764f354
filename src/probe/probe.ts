/**
 * Walks a descriptor on the hardware at hand and says what answered. Nothing is written to any device: inputs are
 * requested and given back, outputs are only looked up, chips and EEPROMs are read.
 */
import { decodeFru, fruText } from 'node-ipmi/fru';
import { DeviceError } from '../../drivers/errors.ts';
import type { Hardware } from '../../drivers/hardware.ts';
import type { I2cBus } from '../../drivers/i2c/bus.ts';
import type { Identity, SensorChipSpec } from '../../drivers/i2c/chip.ts';
import { findChip } from '../../drivers/i2c/chips/index.ts';
import { openEeprom } from '../../drivers/i2c/eeprom.ts';
import { pageCommand } from '../../drivers/i2c/register.ts';
import { openBuses } from '../board/sensing/buses.ts';
import { type Candidate, candidatesOf, openCandidate } from '../board/sensing/chip-reader.ts';
import type { DeviceFacts, LineFacts, Platform } from '../platform/vocabulary/index.ts';
import { probeControllers } from './controllers.ts';
import { type Count, metered } from './meter.ts';
import type {
  BusFinding,
  DeviceFinding,
  DeviceState,
  InputFinding,
  LineFinding,
  ProbeReport,
} from './report.ts';

const usualSpeed = 100_000;
const defaultPeriod = 1000;
/** What of an inventory is read. */
const inventoryLength = 1024;

export async function probe(platform: Platform, hardware: Hardware): Promise<ProbeReport> {
  const lines = await probeLines(platform, hardware);
  const gone = missingChassis(platform, lines);
  const off = hostsOff(platform, lines);
  const counts = new Map<number, Count>();
  const countOf = (bus: number): Count => {
    const count = counts.get(bus) ?? { transfers: 0, bits: 0, time: 0 };
    counts.set(bus, count);
    return count;
  };
  const may = permissions(platform);
  const counted = new Map<number, ReturnType<Hardware['i2c']>>();
  const {
    all: buses,
    adapters,
    adapterOf,
  } = openBuses(platform, {
    ...hardware,
    i2c: (bus) => {
      const transport = counted.get(bus) ?? metered(hardware.i2c(bus), countOf(bus), may);
      counted.set(bus, transport);
      return transport;
    },
  });
  const found = new Map<string, { finding: DeviceFinding; fitted: Candidate | null }>();
  for (const device of platform.devices ?? [])
    found.set(
      device.id,
      gone.has(device.chassis ?? '')
        ? away(device)
        : await identify(device, platform, buses, off.has(device.poweredBy ?? '')),
    );

  // Everything has been woken and its muxes have been set once: this is a round as the daemon will make them.
  const rounds: BusFinding[] = [];
  for (const adapter of adapters) {
    const here = (platform.devices ?? []).filter(({ bus }) => adapterOf(bus) === adapter);
    const count = countOf(adapter);
    Object.assign(count, { transfers: 0, bits: 0, time: 0 });
    const begun = performance.now();
    let load = 0;
    let devices = 0;
    let sensors = 0;
    const speed = platform.buses?.find(({ bus }) => bus === adapter)?.speed ?? usualSpeed;
    for (const { id, poll } of here) {
      const entry = found.get(id);
      if (entry?.fitted?.sensors === undefined || entry.finding.state !== 'answers') continue;
      devices += 1;
      const before = count.bits;
      const readings = await readAll(id, entry.fitted, buses);
      sensors += Object.keys(readings).length;
      const periods = Object.values(entry.fitted.sensors).map((facts) => facts.poll ?? poll ?? defaultPeriod);
      load += (100 * (count.bits - before)) / speed / (Math.min(...periods) / 1000);
      found.set(id, { ...entry, finding: { ...entry.finding, readings } });
    }
    if (devices === 0) continue;
    rounds.push({
      bus: adapter,
      name: platform.buses?.find(({ bus }) => bus === adapter)?.name ?? `i2c-${adapter}`,
      ...{ devices, sensors, transfers: count.transfers, bits: count.bits, speed },
      wire: (1000 * count.bits) / speed,
      measured: performance.now() - begun,
      load,
    });
  }
  const devices = [...found.values()].map(({ finding }) => finding);
  const inputs = await probeInputs(platform, hardware);
  const controllers = await probeControllers(platform, hardware.ipmi, gone);
  const good = ['answers', 'held', 'absent', 'found'];
  return {
    board: platform.name,
    ...{ devices, lines, inputs, buses: rounds, controllers },
    ok: [...devices, ...lines, ...inputs, ...controllers].every(({ state }) => good.includes(state)),
  };
}

/** Muxes that this daemon switches, and pages, have to be chosen before what is behind them can be read. */
function permissions(platform: Platform) {
  const muxes = new Set(platform.muxes?.map(({ address }) => address));
  const pages = new Map<number, Set<number>>();
  for (const device of platform.devices ?? [])
    for (const { chip, address } of candidatesOf(device)) {
      const spec = findChip(chip);
      if (spec?.kind !== 'sensor' || !hasPages(spec)) continue;
      pages.set(address, (pages.get(address) ?? new Set()).add(spec.pageRegister ?? pageCommand));
    }
  return (address: number, write: Uint8Array): boolean =>
    write.length <= 1 ||
    (muxes.has(address) && write.length === 1) ||
    // A page, and the byte that checks it where the chip wants one.
    (write.length <= 3 && pages.get(address)?.has(write[0] ?? -1) === true);
}

const hasPages = ({ channels, identity }: SensorChipSpec): boolean =>
  Object.values(channels).some(({ register }) => register.page !== undefined) ||
  identity.some((each) => ('register' in each ? each.register.page : each.page) !== undefined);

const away = (device: DeviceFacts) => ({
  finding: finding(device, 'absent', `its chassis ${device.chassis} is not plugged in`),
  fitted: null,
});

const finding = (
  { id, chip, bus, address }: Pick<DeviceFacts, 'id' | 'chip' | 'bus' | 'address'>,
  state: DeviceState,
  detail: string,
): DeviceFinding => ({ id, chip, bus, address, state, detail, readings: {} });

async function identify(
  device: DeviceFacts,
  platform: Platform,
  buses: ReadonlyMap<number, I2cBus>,
  isOff: boolean,
): Promise<{ finding: DeviceFinding; fitted: Candidate | null }> {
  const refusals: { candidate: Candidate; error: DeviceError }[] = [];
  for (const candidate of candidatesOf(device)) {
    try {
      const detail = await answerOf(device.id, candidate, platform, buses);
      return { finding: finding({ ...device, ...candidate }, 'answers', detail), fitted: candidate };
    } catch (error) {
      refusals.push({ candidate, error: deviceError(error, device.id) });
    }
  }
  // A wrong answer says more than silence at another address.
  const { candidate, error } =
    refusals.find(({ error: { kind } }) => kind !== 'no-answer') ?? refusals[0] ?? unreachable();
  if (isOff && error.kind === 'no-answer') {
    const detail = `it has no power: its host ${device.poweredBy} is off`;
    return { finding: finding({ ...device, ...candidate }, 'absent', detail), fitted: null };
  }
  const state = stateOf(error, device.optional === true);
  return { finding: finding({ ...device, ...candidate }, state, error.message), fitted: null };
}

const unreachable = (): never => {
  throw new Error('a device has no candidate');
};

/** Who it says it is. @throws DeviceError */
async function answerOf(
  id: string,
  candidate: Candidate,
  platform: Platform,
  buses: ReadonlyMap<number, I2cBus>,
): Promise<string> {
  const spec = findChip(candidate.chip);
  if (spec?.kind === 'eeprom') {
    const bus = buses.get(candidate.bus);
    if (bus === undefined) throw new DeviceError('no-bus', id, `there is no bus ${candidate.bus}`);
    const eeprom = openEeprom(spec, bus.device(candidate.address));
    const image = await eeprom.read(0, Math.min(eeprom.size, inventoryLength));
    const fru = platform.frus?.some(({ device }) => device === id);
    return fru === true ? inventoryText(image) : 'answers';
  }
  await openCandidate(id, candidate, buses).identify();
  return spec?.kind === 'sensor' && spec.identity.length > 0
    ? spec.identity.map(identityText).join(', ')
    : 'it answers, and has nothing to say who it is';
}

const hex = (value: number) => `0x${value.toString(16).padStart(2, '0')}`;

const identityText = (identity: Identity): string =>
  'block' in identity
    ? `block ${hex(identity.block)} begins "${identity.text}"`
    : `register ${hex(identity.register.address)} is ${hex(identity.value)}`;

function inventoryText(image: Uint8Array): string {
  const { board, product, faults } = decodeFru(image);
  const [fault] = faults;
  if (fault !== undefined)
    return `inventory damaged: ${fault.area} area at offset ${fault.offset}: ${fault.message}`;
  const texts = [
    fruText(product?.manufacturer) ?? fruText(board?.manufacturer),
    fruText(product?.productName) ?? fruText(board?.productName),
    fruText(product?.serialNumber) ?? fruText(board?.serialNumber),
  ].filter((text) => text !== null && text !== undefined);
  return texts.length === 0 ? 'inventory empty' : `"${texts.join('", "')}"`;
}

function stateOf({ kind }: DeviceError, optional: boolean): DeviceState {
  if (kind === 'held') return 'held';
  if (kind === 'stuck' || kind === 'no-bus') return 'no bus';
  if (optional && (kind === 'no-answer' || kind === 'wrong-device')) return 'absent';
  if (kind === 'no-answer') return 'silent';
  return kind === 'unsupported' ? 'unknown' : 'other';
}

const deviceError = (error: unknown, where: string): DeviceError =>
  error instanceof DeviceError
    ? error
    : new DeviceError('wrong-data', where, error instanceof Error ? error.message : String(error));

async function readAll(
  id: string,
  candidate: Candidate,
  buses: ReadonlyMap<number, I2cBus>,
): Promise<DeviceFinding['readings']> {
  const readings: Record<string, { value: number | null; fault: string | null }> = {};
  const chip = openCandidate(id, candidate, buses);
  for (const [channel, { id: sensor, scale = 1, offset = 0 }] of Object.entries(candidate.sensors ?? {})) {
    try {
      readings[sensor] = { value: (await chip.read(channel)) * scale + offset, fault: null };
    } catch (error) {
      readings[sensor] = { value: null, fault: deviceError(error, id).message };
    }
  }
  return readings;
}

async function probeLines(platform: Platform, { gpio }: Hardware): Promise<LineFinding[]> {
  const found: LineFinding[] = [];
  const all = Object.entries(platform.lines ?? {});
  // Those that say what is plugged in come first.
  const carried = ([, { chassis }]: [string, LineFacts]) => chassis !== undefined;
  for (const [id, facts] of [...all.filter((each) => !carried(each)), ...all.filter(carried)]) {
    const line = facts.line ?? id;
    const { direction } = facts;
    const about = { id, line, direction };
    if (facts.node !== undefined) {
      const detail = `pin ${facts.bit} of node ${facts.node}, which is asked for it`;
      found.push({ ...about, state: 'found', detail });
      continue;
    }
    if (missingChassis(platform, found).has(facts.chassis ?? '')) {
      found.push({ ...about, state: 'absent', detail: `its chassis ${facts.chassis} is not plugged in` });
      continue;
    }
    try {
      found.push({ ...about, state: 'found', detail: await lineText(gpio, line, facts) });
    } catch (error) {
      const { kind, message } = deviceError(error, line);
      const state = kind === 'held' ? 'taken' : kind === 'no-bus' ? 'missing' : 'unknown';
      found.push({ ...about, state, detail: message });
    }
  }
  return found;
}

/** An input is read; an output is looked up and left alone. @throws DeviceError */
async function lineText(gpio: Hardware['gpio'], line: string, facts: LineFacts): Promise<string> {
  if (facts.direction === 'out') {
    if (gpio.inspect === undefined)
      throw new DeviceError('unsupported', line, 'this build cannot look an output up without driving it');
    const { place, holder } = await gpio.inspect(line);
    if (holder !== null) throw new DeviceError('held', line, `${holder} has it`);
    return `${place}, an output, left as it is`;
  }
  const held = await gpio.request({
    ...{ line, direction: 'in', activeLow: facts.activeLow ?? false },
    ...(facts.bias === undefined ? {} : { bias: facts.bias }),
  });
  try {
    return held.get() ? 'asserted' : 'not asserted';
  } finally {
    held.close();
  }
}

/** Hosts whose power-good says that they are off. */
const hostsOff = ({ hosts = [] }: Platform, lines: readonly LineFinding[]): ReadonlySet<string> =>
  new Set(
    hosts
      .filter(
        ({ power }) =>
          power.kind !== 'ipmi' &&
          lines.some(({ id, detail }) => id === power.good && detail === 'not asserted'),
      )
      .map(({ id }) => id),
  );

/** Chassis that a line says are not plugged in, and those in them. */
function missingChassis({ chassis }: Platform, lines: readonly LineFinding[]): ReadonlySet<string> {
  const missing = new Set<string>();
  const isAway = ({ present }: Platform['chassis'][number]) =>
    lines.some(({ id, detail }) => id === present && detail === 'not asserted');
  for (let grown = true; grown; ) {
    grown = false;
    for (const each of chassis) {
      if (missing.has(each.id) || !(isAway(each) || missing.has(each.containedBy ?? ''))) continue;
      missing.add(each.id);
      grown = true;
    }
  }
  return missing;
}

async function probeInputs(platform: Platform, { hwmon }: Hardware): Promise<InputFinding[]> {
  const found: InputFinding[] = [];
  const ask = async (id: string, what: string, read: () => Promise<string>) => {
    try {
      found.push({ id, what, state: 'answers', detail: await read() });
    } catch (error) {
      const { kind, message } = deviceError(error, what);
      found.push({ id, what, state: kind === 'unsupported' ? 'unknown' : 'silent', detail: message });
    }
  };
  const short = (value: number) => String(Number(value.toPrecision(4)));
  for (const { channel, divider = 1, bridge, quantity, sensor } of platform.adc ?? [])
    await ask(sensor.id, `ADC ${channel}`, async () => {
      const volts = await hwmon.adc(channel);
      // Its divider would have to be connected first, and that is an output.
      if (bridge !== undefined)
        return `${short(volts)} V at the pin; read while line ${bridge.line} is asserted`;
      return `${short(volts / divider)} ${quantity === 'Current' ? 'A' : 'V'}`;
    });
  for (const fan of platform.fans ?? []) {
    await ask(fan.id, `PWM ${fan.pwm}`, async () => `${short(await hwmon.duty(fan.pwm))} %`);
    for (const { tach, sensor } of fan.tachs)
      await ask(sensor.id, `tachometer ${tach}`, async () => `${short(await hwmon.tach(tach))} rpm`);
  }
  return found;
}
