/** `manager`: the management controller that runs this daemon. */
import { displayName, inChassis } from './common.ts';
import { duration, flag, id, lineRef, object, optional, text } from './schema.ts';

export const manager = object(
  {
    id: id('manager'),
    name: optional(displayName, 'Management controller'),
    model: optional(text('Controller, for example AST2500.')),
    chassis: optional(inChassis('holds the controller'), 'the first chassis'),
    ready: optional(lineRef('out', 'Output that signals to the board that the manager is up.')),
    aggregates: optional(
      flag('Whether nodes on the network can be added at run time (Redfish AggregationService).'),
      'true when `nodes` has an entry with a `lan` link',
    ),
    watchdog: optional(
      object(
        {
          device: optional(text('Watchdog device of the kernel.'), '/dev/watchdog0'),
          timeout: optional(
            duration('Time without a sign of life after which the controller is reset.'),
            '60 s',
          ),
        },
        'Watchdog of the controller, kept alive while every part of the daemon is.',
      ),
    ),
  },
  'The management controller.',
  { example: 'manager: { id: bmc, model: AST2500, ready: BMC_READY, watchdog: { timeout: 60 s } }' },
);
