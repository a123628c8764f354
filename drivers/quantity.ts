/** Kinds of measured quantity, with the unit that readings are in. */
export type Quantity =
  | 'Temperature' // Cel
  | 'Voltage' // V
  | 'Current' // A
  | 'Power' // W
  | 'EnergyJoules' // J
  | 'Frequency' // Hz
  | 'Rotational' // {rev}/min
  | 'Percent' // %
  | 'Humidity' // %
  | 'Pressure'; // kPa
