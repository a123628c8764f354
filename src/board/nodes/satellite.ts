/** A satellite controller on an IPMB, such as a management engine, whose sensors the descriptor lists by number. */
import { getDeviceId, getSensorReading, run } from 'node-ipmi';
import { DeviceError } from '../../../drivers/errors.ts';
import type { Platform } from '../../platform/vocabulary/index.ts';
import type { DeviceReader, SensorDeclaration } from '../sensing/reader.ts';
import { deviceError, type IpmiTransports } from './transports.ts';

type SatelliteFacts = NonNullable<Platform['ipmb']>[number];

/** Reads the raw bytes of the sensors; the descriptor scales them. */
export function satelliteReader(
  { id, bus, address, sensors }: SatelliteFacts,
  declared: readonly SensorDeclaration[],
  transports: IpmiTransports,
): DeviceReader {
  const target = transports.satellite(bus, address);
  const where = `${id} (IPMB ${bus}, 0x${address.toString(16)})`;
  return {
    device: id,
    sensors: sensors.map((facts) => facts.id),
    bus: null,
    optional: false,
    removable: false,
    period: Math.min(...declared.map(({ period }) => period)),
    prepare: async () => {
      try {
        await run(target, getDeviceId, undefined);
      } catch (error) {
        throw deviceError(where, error);
      }
      return sensors.map((facts) => ({
        facts,
        read: async () => {
          try {
            const { raw, unavailable, scanning } = await run(target, getSensorReading, {
              sensor: facts.number,
            });
            if (!unavailable && scanning) return raw;
          } catch (error) {
            throw deviceError(where, error);
          }
          throw new DeviceError('wrong-data', where, 'the sensor has no reading now');
        },
      }));
    },
  };
}
