/** Units and entities of sensors, as tables of the specification. */

/** Sensor unit types (IPMI v2.0, table 43-15). */
export const UNITS = [
  'unspecified',
  'degrees C',
  'degrees F',
  'degrees K',
  'Volts',
  'Amps',
  'Watts',
  'Joules',
  'Coulombs',
  'VA',
  'Nits',
  'lumen',
  'lux',
  'Candela',
  'kPa',
  'PSI',
  'Newton',
  'CFM',
  'RPM',
  'Hz',
  'microsecond',
  'millisecond',
  'second',
  'minute',
  'hour',
  'day',
  'week',
  'mil',
  'inches',
  'feet',
  'cu in',
  'cu feet',
  'mm',
  'cm',
  'm',
  'cu cm',
  'cu m',
  'liters',
  'fluid ounce',
  'radians',
  'steradians',
  'revolutions',
  'cycles',
  'gravities',
  'ounce',
  'pound',
  'ft-lb',
  'oz-in',
  'gauss',
  'gilberts',
  'henry',
  'millihenry',
  'farad',
  'microfarad',
  'ohms',
  'siemens',
  'mole',
  'becquerel',
  'PPM',
  'reserved',
  'Decibels',
  'DbA',
  'DbC',
  'gray',
  'sievert',
  'color temp deg K',
  'bit',
  'kilobit',
  'megabit',
  'gigabit',
  'byte',
  'kilobyte',
  'megabyte',
  'gigabyte',
  'word',
  'dword',
  'qword',
  'line',
  'hit',
  'miss',
  'retry',
  'reset',
  'overflow',
  'underrun',
  'collision',
  'packets',
  'messages',
  'characters',
  'error',
  'correctable error',
  'uncorrectable error',
  'fatal error',
  'grams',
] as const;

/** Rate units, bits 5:3 of sensor units 1; '' is none. */
export const RATES = ['', 'us', 'ms', 's', 'min', 'hour', 'day', ''] as const;

export interface SensorUnit {
  readonly percent: boolean;
  /** Index into `UNITS`. */
  readonly base: number;
  readonly modifier: number;
  /** How the modifier joins the base. */
  readonly join: 'none' | 'divide' | 'multiply';
  /** Index into `RATES`. */
  readonly rate: number;
}

/** A unit in words: `degrees C`, `Volts`, `% RPM`, `megabyte/s`. */
export function unitText(unit: SensorUnit): string {
  const name = (index: number): string => UNITS[index] ?? 'unspecified';
  const joined =
    unit.join === 'divide'
      ? `${name(unit.base)}/${name(unit.modifier)}`
      : unit.join === 'multiply'
        ? `${name(unit.base)} * ${name(unit.modifier)}`
        : name(unit.base);
  const rate = RATES[unit.rate & 7];
  if (unit.percent && unit.base === 0) return 'percent';
  return `${unit.percent ? '% ' : ''}${joined}${rate ? `/${rate}` : ''}`;
}

/** Entity IDs (IPMI v2.0, table 43-13). */
const ENTITIES: readonly string[] = [
  'Unspecified',
  'Other',
  'Unknown',
  'Processor',
  'Disk or Disk Bay',
  'Peripheral Bay',
  'System Management Module',
  'System Board',
  'Memory Module',
  'Processor Module',
  'Power Supply',
  'Add-in Card',
  'Front Panel Board',
  'Back Panel Board',
  'Power System Board',
  'Drive Backplane',
  'System Internal Expansion Board',
  'Other System Board',
  'Processor Board',
  'Power Unit',
  'Power Module',
  'Power Management',
  'Chassis Back Panel Board',
  'System Chassis',
  'Sub-Chassis',
  'Other Chassis Board',
  'Disk Drive Bay',
  'Peripheral Bay',
  'Device Bay',
  'Fan Device',
  'Cooling Unit',
  'Cable/Interconnect',
  'Memory Device',
  'System Management Software',
  'System Firmware',
  'Operating System',
  'System Bus',
  'Group',
  'Remote Management Device',
  'External Environment',
  'Battery',
  'Processing Blade',
  'Connectivity Switch',
  'Processor/Memory Module',
  'I/O Module',
  'Processor/IO Module',
  'Management Controller Firmware',
  'IPMI Channel',
  'PCI Bus',
  'PCI Express Bus',
  'SCSI Bus',
  'SATA/SAS Bus',
  'Processor Front-Side Bus',
  'Real Time Clock',
  'Reserved',
  'Air Inlet',
];

/** An entity ID in words. 0x40 and on repeat air inlet, processor and baseboard for DCMI. */
export function entityText(id: number): string {
  const dcmi = ({ 64: 'Air Inlet', 65: 'Processor', 66: 'Baseboard' } as Record<number, string>)[id];
  if (dcmi !== undefined) return dcmi;
  if (id >= 0x90 && id <= 0xaf) return 'Chassis-specific';
  if (id >= 0xb0 && id <= 0xcf) return 'Board-set specific';
  if (id >= 0xd0) return 'OEM';
  return ENTITIES[id] ?? 'Reserved';
}
