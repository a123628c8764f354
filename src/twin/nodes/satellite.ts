/** A satellite controller, such as a management engine: its sensors are read by number, without records. */
import { COMPLETION, IpmiNode, NETFN, PRIVILEGE, refuse } from 'node-ipmi';
import type { SatelliteFacts } from '../../platform/vocabulary/index.ts';

/** Enterprise number of Intel, the maker of management engines. */
const intel = 343;
/** Get Device ID of a management engine with Server Platform Services (device id 0x50, firmware 4.1). */
export const engineIdentity = {
  deviceId: 0x50,
  firmware: [0x04, 0x10],
  manufacturer: intel,
  product: 0x0b,
} as const;

export function createSatellite(
  { address, sensors }: SatelliteFacts,
  around: {
    settle(): void;
    value(sensor: string): number;
    /** Whether a host is on; true for undefined. */
    isOn(host: string | undefined): boolean;
  },
): IpmiNode {
  return new IpmiNode({
    address: address << 1,
    ...engineIdentity,
    routes: [
      [
        NETFN.sensorEvent,
        0x2d,
        PRIVILEGE.user,
        (request) => {
          const number = request.u8();
          const sensor = sensors.find((each) => each.number === number);
          if (!sensor) return refuse(COMPLETION.notPresent);
          around.settle();
          const { id, scale = 1, offset = 0, poweredBy } = sensor;
          const raw = Math.round((around.value(id) - offset) / scale);
          // Scanning is on; bit 5: reading unavailable (IPMI v2.0, section 35.14).
          return [Math.min(Math.max(raw, 0), 0xff), around.isOn(poweredBy) ? 0xc0 : 0xe0, 0xc0];
        },
      ],
    ],
  });
}
