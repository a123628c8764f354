/** `drives`: drives that the controller can see. */
import { displayName, inChassis, label } from './common.ts';
import { choice, id, lineRef, list, object, optional, ref } from './schema.ts';

export const drives = optional(
  list(
    object(
      {
        id: id('drive'),
        name: optional(displayName, 'the id as words'),
        media: choice(['SSD', 'HDD'], 'Redfish MediaType.'),
        protocol: choice(['NVMe', 'SATA', 'SAS'], 'Redfish Protocol.'),
        present: optional(
          lineRef('in', 'Input: asserted while the drive is plugged in.'),
          'present while its sensors respond',
        ),
        temperature: optional(ref('sensor', 'Sensor of its temperature.')),
        lifeUsed: optional(ref('sensor', 'Sensor of its used endurance, percent.')),
        label: optional(label),
        chassis: optional(inChassis('the drive is in'), 'the first chassis'),
      },
      'A drive.',
    ),
    'Drives that the controller can see.',
    {
      example:
        'drives:\n  - { id: M2_0, media: SSD, protocol: NVMe, temperature: M2_0_TEMP, chassis: chassis }',
    },
  ),
);
