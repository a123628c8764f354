/** Looks for the controllers that a descriptor names: nodes, and satellites such as management engines. */
import {
  type BIC_IANA,
  bicFirmwareVersion,
  bicGetGpio,
  type DeviceId,
  getDeviceGuid,
  getDeviceId,
  getDeviceSdr,
  getPowerLimit,
  getPowerReading,
  getSdr,
  getSdrInfo,
  getSensorReading,
  IpmiError,
  readSdrs,
  reserveDeviceSdr,
  reserveSdr,
  run,
  type Target,
} from 'node-ipmi';
import { DeviceError } from '../../drivers/errors.ts';
import type { IpmiPaths } from '../../drivers/ipmi/ipmi.ts';
import { identify } from '../board/nodes/identity.ts';
import { recordedSensors } from '../board/nodes/records.ts';
import { deviceError, type IpmiConnection, IpmiTransports } from '../board/nodes/transports.ts';
import type { NodeFacts, Platform } from '../platform/vocabulary/index.ts';
import type { ControllerFinding, ControllerState } from './report.ts';

type Satellite = NonNullable<Platform['ipmb']>[number];
type About = Pick<ControllerFinding, 'id' | 'kind' | 'way'>;

/** All that is sent: nothing of it changes anything (a reservation is what records are read under, and is not kept). */
const harmless: ReadonlySet<string> = new Set(
  [
    ...[
      getDeviceId,
      getDeviceGuid,
      getSensorReading,
      bicGetGpio,
      bicFirmwareVersion,
      getPowerReading,
      getPowerLimit,
    ],
    ...[getSdrInfo, getSdr, reserveSdr, getDeviceSdr, reserveDeviceSdr],
  ].map(({ netFn, command }) => `${netFn}/${command}`),
);

/** A controller that can be asked and not be changed. */
export const readOnly = (target: Target): Target => ({
  ...(target.address === undefined ? {} : { address: target.address }),
  send: (request) =>
    harmless.has(`${request.netFn}/${request.command}`)
      ? target.send(request)
      : Promise.reject(new IpmiError('invalid', 'a probe changes nothing, and sends no such command')),
});

/** `missing` are chassis that are not plugged in. Never fails. */
export async function probeControllers(
  platform: Platform,
  ipmi: IpmiPaths,
  missing: ReadonlySet<string>,
): Promise<ControllerFinding[]> {
  const transports = new IpmiTransports(ipmi, platform.nodes);
  try {
    return await Promise.all([
      ...(platform.nodes ?? []).map((facts) => probeNode(platform, facts, transports, missing)),
      ...(platform.ipmb ?? []).map((facts) => probeSatellite(platform, facts, transports)),
    ]);
  } finally {
    transports.close();
  }
}

const hex = (value: number) => `0x${value.toString(16).padStart(2, '0')}`;

const nothing = { deviceId: null, firmware: null, records: null, sensors: null, readings: {} } as const;

const wayOf = ({ link }: NodeFacts): string =>
  link.kind === 'ipmb'
    ? `IPMB ${link.bus} ${hex(link.address)}`
    : `LAN ${link.user}@${link.host}:${link.port ?? 623}`;

async function probeNode(
  platform: Platform,
  facts: NodeFacts,
  transports: IpmiTransports,
  missing: ReadonlySet<string>,
): Promise<ControllerFinding> {
  const about: About = { id: facts.id, kind: 'node', way: wayOf(facts) };
  if (missing.has(facts.chassis ?? '')) {
    const detail = `its chassis ${facts.chassis} is not plugged in`;
    return { ...about, ...nothing, state: 'absent', detail };
  }
  let connection: IpmiConnection | undefined;
  try {
    connection = await transports.open(facts);
    return { ...about, ...(await nodeText(platform, facts, readOnly(connection.target))) };
  } catch (error) {
    return { ...about, ...nothing, ...failure(platform, facts, error) };
  } finally {
    await connection?.close().catch(() => undefined);
  }
}

/** Who it is and what it has to tell. @throws IpmiError */
async function nodeText(
  platform: Platform,
  facts: NodeFacts,
  target: Target,
): Promise<Omit<ControllerFinding, keyof About>> {
  const device = await run(target, getDeviceId, undefined);
  const { hasRecords, ownRecords, firmware, bridge } = await identify(target, facts);
  const wrong = bridge === null ? null : await pinsText(platform, facts, target, bridge);
  const records = hasRecords ? await readSdrs(target, { device: ownRecords }) : [];
  const sensors = recordedSensors(facts, records);
  const names = new Set(records.map((record) => ('name' in record ? record.name.text.trim() : '')));
  const unknown = Object.keys(facts.sensors ?? {}).filter((name) => !names.has(name));
  const more = [
    ...(wrong === null ? [] : [wrong]),
    ...(unknown.length === 0 ? [] : [`no record is called ${unknown.join(', ')}, as "sensors" has it`]),
  ];
  return {
    state: more.length === 0 ? 'answers' : 'other',
    detail: [
      deviceText(device),
      ...firmware.slice(1).map(({ id, version }) => `${id.slice(facts.id.length + 1)} ${version}`),
      `${records.length} records, ${sensors.length} sensors of them are read`,
      ...more,
    ].join('; '),
    ...{ deviceId: device.deviceId, firmware: device.firmware },
    ...{ records: records.length, sensors: sensors.length, readings: {} },
  };
}

const deviceText = ({ deviceId, firmware, ipmi, manufacturer }: DeviceId): string =>
  `device ${hex(deviceId)} of maker ${manufacturer}, firmware ${firmware}, IPMI ${ipmi}`;

/** What of the pins in the descriptor the bridge IC does not have; null where it has all. @throws IpmiError */
async function pinsText(
  { lines = {} }: Platform,
  { id, bridgeIc }: NodeFacts,
  target: Target,
  iana: number,
): Promise<string | null> {
  try {
    const pins = 8 * (await run(target, bicGetGpio, { iana })).length;
    const beyond = Object.entries(lines).filter(([, { node, bit = 0 }]) => node === id && bit >= pins);
    return beyond.length === 0
      ? null
      : `it has ${pins} pins, so that there is none for ${beyond.map(([name]) => name).join(', ')}`;
  } catch (error) {
    if (!(error instanceof IpmiError) || (error.kind !== 'completion' && error.kind !== 'malformed'))
      throw error;
    return `it is no bridge IC with the commands of ${bridgeIc satisfies keyof typeof BIC_IANA | undefined}: ${error.message}`;
  }
}

async function probeSatellite(
  platform: Platform,
  facts: Satellite,
  transports: IpmiTransports,
): Promise<ControllerFinding> {
  const { id, bus, address, sensors } = facts;
  const about: About = { id, kind: 'satellite', way: `IPMB ${bus} ${hex(address)}` };
  const target = readOnly(transports.satellite(bus, address));
  try {
    const device = await run(target, getDeviceId, undefined);
    const readings: Record<string, { value: number | null; fault: string | null }> = {};
    for (const { id: sensor, number, scale = 1, offset = 0 } of sensors)
      readings[sensor] = await readingOf(target, number, scale, offset);
    const read = Object.values(readings).filter(({ value }) => value !== null).length;
    return {
      ...{ ...about, ...nothing, state: 'answers' },
      detail: `${deviceText(device)}; ${read} of ${sensors.length} sensors have a reading`,
      ...{ deviceId: device.deviceId, firmware: device.firmware, sensors: read, readings },
    };
  } catch (error) {
    return {
      ...about,
      ...nothing,
      ...failure(platform, { id, link: { kind: 'ipmb', bus, address } }, error),
    };
  }
}

async function readingOf(target: Target, sensor: number, scale: number, offset: number) {
  try {
    const { raw, unavailable, scanning } = await run(target, getSensorReading, { sensor });
    if (!unavailable && scanning) return { value: raw * scale + offset, fault: null };
    return { value: null, fault: `sensor ${hex(sensor)} has no reading now: its host may be off` };
  } catch (error) {
    return { value: null, fault: deviceError(`sensor ${hex(sensor)}`, error).message };
  }
}

/** What is wrong, and what to do about it. */
function failure(
  platform: Platform,
  facts: NodeFacts,
  error: unknown,
): { readonly state: ControllerState; readonly detail: string } {
  const { link } = facts;
  const { message } = deviceError(facts.id, error);
  if (error instanceof DeviceError) return { state: 'no way', detail: `${message}; ${wayHint(link, error)}` };
  const kind = error instanceof IpmiError ? error.kind : 'malformed';
  switch (kind) {
    case 'refused':
      return {
        state: 'refused',
        detail: `the secret was read, and the login did not work: ${message}; ${loginHint(link)}`,
      };
    case 'timeout':
    case 'closed':
    case 'unreachable':
      return { state: 'silent', detail: `${message}; ${silenceHint(platform, facts)}` };
    case 'invalid':
      return { state: 'no way', detail: message };
    default:
      return { state: 'other', detail: `it answers, but not as a controller does: ${message}` };
  }
}

function wayHint(link: NodeFacts['link'], { kind }: DeviceError): string {
  if (link.kind === 'lan')
    return `put the password of ${link.user} there, in one line, for the user of the daemon to read`;
  return kind === 'held'
    ? 'stop what has it open: the daemon itself, for one'
    : 'without it no message gets there';
}

const loginHint = (link: NodeFacts['link']): string =>
  link.kind === 'lan'
    ? `check on the controller that ${link.user} has that password, may use IPMI over LAN and has the privilege ${link.privilege ?? 'administrator'}, and that a cipher suite of ${(link.suites ?? [17, 3]).join(' or ')} is allowed`
    : '';

function silenceHint({ chassis }: Platform, { link, chassis: own }: NodeFacts): string {
  const line = chassis.find(({ id }) => id === own)?.switch?.line;
  const power = line === undefined ? 'has it power' : `has its slot power (line ${line})`;
  return link.kind === 'ipmb'
    ? `${power}, is ${hex(link.address)} its address without the read/write bit, and is ${hex(link.own ?? 0x10)} where it sends its answers?`
    : `${power}, is that its address, is IPMI over LAN switched on there, and is UDP port ${link.port ?? 623} let through?`;
}
