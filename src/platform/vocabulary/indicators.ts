/** `indicators`: lights of the board. */
import { inChassis } from './common.ts';
import { exactlyOne } from './rule.ts';
import { choice, duration, id, lineRef, list, object, optional, ref, text } from './schema.ts';

export const indicators = optional(
  list(
    object(
      {
        id: id('indicator', { description: 'Id of the indicator, for messages.' }),
        line: optional(lineRef('out', 'Output that lights it; this, `led` or `node`.', 'lights')),
        led: optional(text('Name in the LED class of the kernel (/sys/class/leds); this, `line` or `node`.')),
        node: optional(ref('node', 'Node that identifies itself on request; this, `line` or `led`.')),
        kind: choice(
          ['identify', 'power', 'fault'],
          'State that it shows. A light with several states has an entry for each; identify overrides fault, fault overrides power.',
        ),
        chassis: optional(inChassis('it identifies'), 'the first chassis'),
        host: optional(ref('host', 'Host whose state it shows.')),
        blink: optional(
          object({ on: duration('Lit.'), off: duration('Dark.') }, 'Blink pattern while active.'),
          'steady',
        ),
      },
      'An indicator light.',
      {
        rules: {
          *'one-source'({ id, line, led, node }, path) {
            yield* exactlyOne(path, `the light of "${id}"`, { line, led, node });
          },
        },
      },
    ),
    'Indicator lights.',
    {
      example:
        'indicators:\n  - { id: identify, line: IDENTIFY, kind: identify, chassis: chassis, blink: { on: 100 ms, off: 900 ms } }',
    },
  ),
);
