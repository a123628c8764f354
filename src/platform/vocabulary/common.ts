/** Properties that several sections share. */
import { choice, type Facts, integer, ref, text } from './schema.ts';

/** 7-bit I2C address. 0x00 to 0x02 and 0x78 to 0x7f are reserved (UM10204, table 4). */
export const address = integer('7-bit I2C address, for example 0x4e.', { minimum: 0x03, maximum: 0x77 });
export const busNumber = integer('Bus number: N of /dev/i2c-N.', { minimum: 0, maximum: 255 });

export const displayName = text('Name shown to people.');
export const label = text('Text printed beside the part on the board.');
export const inChassis = (role: string) => ref('chassis', `Chassis that ${role}.`);

/** PhysicalContext of Redfish, without the values that no board needs. */
export const context = choice(
  [
    'Room',
    'Intake',
    'Exhaust',
    'Front',
    'Back',
    'CPU',
    'CPUSubsystem',
    'GPU',
    'Memory',
    'MemorySubsystem',
    'PowerSupply',
    'PowerSubsystem',
    'PowerOutlet',
    'VoltageRegulator',
    'Rectifier',
    'StorageDevice',
    'NetworkingDevice',
    'ComputeBay',
    'StorageBay',
    'NetworkBay',
    'ExpansionBay',
    'SystemBoard',
    'Board',
    'Chassis',
    'Fan',
    'CoolingSubsystem',
    'Motor',
    'Transformer',
    'ACInput',
    'DCBus',
    'Manager',
    'TrustedModule',
    'Backplane',
    'Battery',
    'ASIC',
    'Accelerator',
    'LiquidInlet',
    'LiquidOutlet',
    'Lower',
    'Upper',
  ],
  'Location or part that is measured (Redfish PhysicalContext).',
);
export type PhysicalContext = Facts<typeof context>;
