/** Identity and capabilities of a controller, so that it is sent no command that it does not support. */
import {
  BIC_COMPONENT,
  BIC_IANA,
  bicFirmwareVersion,
  type DeviceId,
  getDeviceGuid,
  getDeviceId,
  getSdrInfo,
  IpmiError,
  run,
  type Target,
} from 'node-ipmi';
import type { NodeFacts } from '../../platform/vocabulary/index.ts';
import type { NodeFirmware, PowerLimit } from '../model/node.ts';
import { powerLimit } from './power-limit.ts';

export interface Identity {
  readonly manufacturer: number;
  readonly firmware: readonly NodeFirmware[];
  readonly hasLog: boolean;
  readonly hasRecords: boolean;
  /** The records are in its own store, not in a repository. */
  readonly ownRecords: boolean;
  readonly hasChassis: boolean;
  /** Enterprise number that begins the commands of a bridge IC; null for another controller. */
  readonly bridge: number | null;
  /** Its controller measures the power that the node draws as a whole. */
  readonly measuresPower: boolean;
  /** Null where nothing can limit that. */
  readonly powerLimit: PowerLimit | null;
  /** Changes when the sensor data records have changed. */
  recordsKey(target: Target): Promise<string>;
}

/** Of IPMI (section 20.1, byte 6). */
const versions: readonly string[] = ['1.0', '1.5', '2.0'];

/** Identifies a controller. @throws IpmiError */
export async function identify(target: Target, facts: NodeFacts): Promise<Identity> {
  const device = await run(target, getDeviceId, undefined);
  // Not an answer to believe: the rest of it would replace what is known of the node.
  if (!versions.includes(device.ipmi))
    throw new IpmiError('malformed', `Get Device ID: there is no IPMI ${device.ipmi}`);
  const { supports, providesSdrs } = device;
  const bridge = facts.bridgeIc === undefined ? null : BIC_IANA[facts.bridgeIc];
  const ownRecords = !supports.sdrRepository;
  const guid = await guidOf(target);
  const limit = bridge === null ? await powerLimit(target) : undefined;
  return {
    manufacturer: device.manufacturer,
    firmware: [controllerFirmware(facts, device), ...(await bridgeFirmware(target, facts, bridge))],
    hasLog: supports.sel,
    hasRecords: supports.sdrRepository || providesSdrs,
    ownRecords,
    hasChassis: supports.chassis,
    bridge,
    measuresPower: limit !== undefined,
    powerLimit: limit ?? null,
    recordsKey: async (controller) => {
      if (ownRecords) return `device ${guid} ${device.firmware} ${providesSdrs}`;
      const info = await unlessRefused(run(controller, getSdrInfo, undefined));
      // Without it changes of the repository go unnoticed until the controller starts anew.
      if (info === undefined) return `repository ${guid} ${device.firmware}`;
      return `repository ${guid} ${info.records} ${info.added} ${info.erased}`;
    },
  };
}

/** Undefined when the controller answered with a refusal or with nothing usable. @throws IpmiError when it is not reachable. */
async function unlessRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof IpmiError && (error.kind === 'completion' || error.kind === 'malformed'))
      return undefined;
    throw error;
  }
}

/** The GUID of the device (section 20.8); empty for a controller without one. */
async function guidOf(target: Target): Promise<string> {
  const guid = await unlessRefused(run(target, getDeviceGuid, undefined));
  return guid === undefined ? '' : Buffer.from(guid).toString('hex');
}

const controllerFirmware = (facts: NodeFacts, { firmware }: DeviceId): NodeFirmware => ({
  id: `${facts.id}-bmc`,
  name: `${facts.bridgeIc === undefined ? 'Controller' : 'Bridge IC'} of ${facts.name ?? facts.id}`,
  version: firmware,
});

/** Components of a card whose version its bridge IC reports. */
const components = [
  ['bic', 'Firmware of the bridge IC', BIC_COMPONENT.bic],
  ['me', 'Management engine', BIC_COMPONENT.me],
  ['cpld', 'CPLD', BIC_COMPONENT.cpld],
] as const;

async function bridgeFirmware(
  target: Target,
  facts: NodeFacts,
  iana: number | null,
): Promise<readonly NodeFirmware[]> {
  if (iana === null) return [];
  const found: NodeFirmware[] = [];
  for (const [id, name, component] of components) {
    // A card without that component refuses.
    const version = await unlessRefused(run(target, bicFirmwareVersion, { iana, component }));
    if (version === undefined) continue;
    const hex = [...version].map((byte) => byte.toString(16).padStart(2, '0'));
    found.push({
      id: `${facts.id}-${id}`,
      name: `${name} of ${facts.name ?? facts.id}`,
      version: hex.join('.'),
    });
  }
  return found;
}
