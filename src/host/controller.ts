/** What the controller says of itself and of the host's power to that host: device, self test, chassis, FRU. */
import { encodeFru, FruStore, le, NETFN, type Route, refuse } from 'node-ipmi';
import type { Board } from '../board/model/board.ts';
import type { Fru } from '../board/model/chassis.ts';
import type { ResetType, RestorePolicy } from '../board/model/power.ts';
import { BoardRefusal } from '../board/model/refusal.ts';
import type { HostFacts } from '../platform/vocabulary/index.ts';
import { guidBytes } from './identity.ts';

export interface ControllerParts {
  readonly facts: HostFacts;
  readonly board: Board;
  /** Version of the daemon, `1.2.3`. */
  readonly version: string;
  readonly uuid: string;
}

const address = 0x20;
/** Functions of Get Device ID: sensors, SDR, SEL, FRU, event receiver, chassis. */
const functions = 0x9f;
const deviceId = 0x20;
const ipmiVersion = 0x02;
/** Refused because of the present state. */
const notNow = 0xd5;

/** Chassis Control (table 28-4) as reset types. */
const resets: Readonly<Record<number, ResetType>> = {
  0: 'ForceOff',
  1: 'On',
  2: 'PowerCycle',
  3: 'ForceRestart',
  4: 'Nmi',
  5: 'GracefulShutdown',
};
/** Power restore policies (table 28-8), by number. */
const policies: readonly RestorePolicy[] = ['AlwaysOff', 'LastState', 'AlwaysOn'];

/** The minor version is two BCD digits. */
function firmware(version: string): readonly [major: number, minor: number] {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const digits = Math.min(minor, 99);
  return [major & 0x7f, (Math.floor(digits / 10) << 4) | (digits % 10)];
}

export function controllerRoutes(parts: ControllerParts): readonly Route[] {
  const { facts, version, uuid, board } = parts;
  const { manufacturer = 0, product = 0 } = facts.ipmi ?? {};
  const { app, chassis, storage } = NETFN;
  const host = () => board.hosts.get(facts.id);
  const guid = guidBytes(uuid);
  const selfTest = () => [board.health === 'Critical' ? 0x57 : 0x55, 0];
  const device = [deviceId, 0x81, ...firmware(version), ipmiVersion, functions];
  return [
    [app, 0x01, 0, () => [...device, ...le(manufacturer, 3), ...le(product, 2), 0, 0, 0, 0]],
    [app, 0x04, 0, selfTest],
    [app, 0x08, 0, () => guid],
    [app, 0x37, 0, () => guid],
    [chassis, 0x00, 0, () => [0, address, address, address, address]],
    [
      chassis,
      0x01,
      0,
      () => {
        const { powerState, restorePolicy = 'LastState' } = host() ?? {};
        const on = powerState === 'On' || powerState === 'PoweringOff';
        const identify = board.chassis.get(facts.chassis)?.identify === true ? 0x20 : 0;
        return [(on ? 1 : 0) | (policies.indexOf(restorePolicy) << 5), 0, 0x40 | identify];
      },
    ],
    [chassis, 0x02, 0, (request) => control(parts, resets[request.u8() & 15])],
    [chassis, 0x06, 0, (request) => restore(parts, policies[request.u8() & 7])],
    [chassis, 0x07, 0, () => [host()?.lastReset?.type === 'Restore' ? 0x06 : 0x00]],
    ...fruRoutes(storage, board, facts),
  ];
}

async function control({ board, facts }: ControllerParts, type: ResetType | undefined): Promise<number[]> {
  if (type === undefined) return refuse(0xcc);
  try {
    await board.reset(facts.id, type);
    return [];
  } catch (error) {
    if (error instanceof BoardRefusal) return refuse(notNow);
    throw error;
  }
}

/** Answers with the policies that there are; 3 changes nothing and only asks. */
async function restore(
  { board, facts }: ControllerParts,
  policy: RestorePolicy | undefined,
): Promise<number[]> {
  if (policy !== undefined) await board.setRestorePolicy(facts.id, policy);
  return [7];
}

/** FRU 0 is the main board of the host, read only. */
function fruRoutes(storage: number, board: Board, { fru, chassis }: HostFacts): readonly Route[] {
  const present = (): FruStore => {
    const id = fru ?? board.chassis.get(chassis)?.facts.fru;
    const found = id === undefined ? undefined : board.frus.get(id);
    return new FruStore(new Map(found === undefined ? [] : [[0, imageOf(found)]]));
  };
  return [0x10, 0x11].map((command): Route => {
    return [
      storage,
      command,
      0,
      (request, context, lun) => {
        const route = present()
          .routes()
          .find(([, each]) => each === command);
        return route === undefined ? refuse(0xcb) : route[3](request, context, lun);
      },
    ];
  });
}

/** The bytes of its EEPROM, or what is known of it. */
const imageOf = ({ image, manufacturer, model, partNumber, serialNumber, version }: Fru): Uint8Array =>
  image ??
  encodeFru({
    product: {
      manufacturer: manufacturer ?? undefined,
      productName: model ?? undefined,
      partNumber: partNumber ?? undefined,
      version: version ?? undefined,
      serialNumber: serialNumber ?? undefined,
    },
  });
