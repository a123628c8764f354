/** `cooling`: limits of fan control, and zones of fans with the loops that ask for their speed. */
import { coolingZone, zoneRules } from './cooling-zone.ts';
import { duration, list, number, object, optional } from './schema.ts';

const percent = { minimum: 0, maximum: 100 } as const;

export const cooling = optional(
  object(
    {
      minimumDuty: optional(number('Least duty of a fan, percent.', percent), '20'),
      failSafeDuty: optional(number('Duty while fan control has no valid input, percent.', percent), '100'),
      manualLimit: optional(
        duration('Time after which manual mode ends by itself.'),
        'manual mode has no end',
      ),
      zones: optional(
        list(
          coolingZone,
          'Zones: fans that are driven together. A fan without a zone has the fail-safe duty.',
          {
            minItems: 1,
            rules: zoneRules,
          },
        ),
      ),
    },
    'Limits and loops of fan control.',
    {
      example: `cooling:
  minimumDuty: 10
  failSafeDuty: 100
  zones:
    - id: air
      fans: [fan0, fan1]
      fansFailed: [{ count: 1, duty: 100 }]
      loops:
        - { id: inlet, of: [INLET_TEMP], curve: [[20, 13], [30, 19], [40, 70]] }
        - { id: cpu, of: [CPU_MARGIN], curve: [[-20, 14], [-14, 22]], target: -11, proportional: 2, integral: 0.1 }
      shutdown: [{ of: INLET_TEMP, above: 60, for: 20 s, host: system }]`,
    },
  ),
);
