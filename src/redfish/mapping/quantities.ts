/** How a measured quantity is said in Redfish: Sensor ReadingType and ReadingUnits (UCUM). */

import type { Quantity } from '../../board/model/sensor.ts';
import type { SensorReadingType } from '../generated/types.ts';

export const quantities: Readonly<
  Record<Quantity, { readonly type: SensorReadingType; readonly units: string }>
> = {
  Temperature: { type: 'Temperature', units: 'Cel' },
  Voltage: { type: 'Voltage', units: 'V' },
  Current: { type: 'Current', units: 'A' },
  Power: { type: 'Power', units: 'W' },
  EnergyJoules: { type: 'EnergyJoules', units: 'J' },
  Frequency: { type: 'Frequency', units: 'Hz' },
  Rotational: { type: 'Rotational', units: '{rev}/min' },
  Percent: { type: 'Percent', units: '%' },
  Humidity: { type: 'Humidity', units: '%' },
  Pressure: { type: 'PressurekPa', units: 'kPa' },
};
