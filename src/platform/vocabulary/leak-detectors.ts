/** `leakDetectors`: detectors of coolant leaks, and the reaction to a leak. */
import { context, displayName, inChassis, label } from './common.ts';
import { choice, duration, id, lineRef, list, object, optional, ref } from './schema.ts';

export const leakDetectors = optional(
  list(
    object(
      {
        id: id('leak detector'),
        name: optional(displayName, 'the id as words'),
        line: lineRef('in', 'Input: asserted while a leak is detected.'),
        present: optional(lineRef('in', 'Input: asserted while the detector is connected.')),
        type: choice(['Moisture', 'FloatSwitch'], 'Redfish LeakDetectorType.'),
        severity: optional(choice(['Critical', 'Warning'], 'Severity of a leak.'), 'Critical'),
        context: optional(context),
        label: optional(label),
        chassis: optional(inChassis('the detector protects'), 'the first chassis'),
        host: optional(ref('host', 'Host whose log records the leak as well.')),
        reaction: optional(
          object(
            {
              type: choice(['ForceOff', 'GracefulShutdown'], 'Reset of the hosts in its chassis.'),
              delay: optional(duration('Time for which the leak must last.'), 'none'),
            },
            'Automatic reaction to a leak.',
          ),
          'none',
        ),
      },
      'A leak detector.',
    ),
    'Leak detectors.',
    {
      example: `leakDetectors:
  - { id: Leak1, line: LEAK1, type: Moisture, chassis: chassis, reaction: { type: GracefulShutdown, delay: 5 s } }`,
    },
  ),
);
