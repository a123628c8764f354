/** A zone of `cooling`: its fans, its loops, and what happens when one of them fails. */
import { pointer } from '../source/pointer.ts';
import { displayName } from './common.ts';
import { type Breach, entries, exactlyOne, type Loose, type Rules, repeated } from './rule.ts';
import {
  choice,
  duration,
  type Facts,
  flag,
  id,
  integer,
  list,
  number,
  object,
  optional,
  ref,
  text,
  withRules,
} from './schema.ts';

const percent = { minimum: 0, maximum: 100 } as const;
const gain = { minimum: 0 } as const;

const curve = list(
  list(number('Reading, or duty in percent.'), 'A reading and the duty that it asks for, percent.', {
    minItems: 2,
    maxItems: 2,
  }),
  'Duty by reading. Readings rise, duties do not fall; a reading before the first point asks for its duty.',
  { minItems: 1 },
);
export type CurveFacts = Facts<typeof curve>;

const sensors = (description: string) => list(ref('sensor', 'Sensor.'), description, { minItems: 1 });

const substitute = object(
  {
    of: sensors('Sensors whose hottest reading counts.'),
    curve,
  },
  'What asks for a duty in place of the inputs while they cannot be read.',
);

const feedForward = object(
  { of: ref('sensor', 'Sensor, usually of a power.'), curve },
  'Duty that is added before the temperature has risen.',
);

const loopSchema = object(
  {
    id: id('loop', { isLocal: true, description: 'Id of the loop, unique in its zone; part of a URI.' }),
    name: optional(displayName, 'the id'),
    of: optional(sensors('Sensors of the descriptor. The hottest counts.')),
    ofNodes: optional(
      list(
        text('Name of a sensor in the records of the nodes.'),
        'Sensors of every node. The hottest counts.',
        {
          minItems: 1,
        },
      ),
    ),
    optional: optional(
      flag('Whether an input that has never had a reading is a part that is not fitted.'),
      'false: it is unknown',
    ),
    curve,
    interpolate: optional(flag('Whether the duty rises evenly between the points.'), 'true'),
    hysteresis: optional(number('Fall of the reading that is ignored.', gain), '0'),
    target: optional(number('Reading that the loop keeps by a duty on top of the curve.')),
    proportional: optional(number('Percent for each unit above the target.', gain), '0'),
    integral: optional(number('Percent for each unit above the target and second.', gain), '0'),
    integralLimit: optional(number('Most that the integral asks for, percent.', percent), '100'),
    deadBand: optional(number('Distance from the target that counts as none.', gain), '0.5'),
    filter: optional(duration('Time constant over which readings are smoothed.'), '2 s'),
    feedForward: optional(feedForward),
    grace: optional(duration('How long an input may be unknown before the fail-safe duty.'), '3 s'),
    failSafe: optional(
      number('Duty while an input is unknown, percent.', percent),
      'the fail-safe duty of the zone',
    ),
    substitute: optional(substitute),
  },
  'A loop: readings, and the duty that they ask for.',
);
export type LoopFacts = Facts<typeof loopSchema>;

/** Why a curve is none; undefined for a good one. */
function* curveBreaches(points: Loose<CurveFacts> | undefined, path: string): Iterable<Breach> {
  let before: readonly (number | undefined)[] | undefined;
  for (const { path: at, item } of entries(points, path)) {
    const [x, duty] = item;
    if (x === undefined || duty === undefined || item.length !== 2) continue;
    if (duty < 0 || duty > 100)
      yield { path: pointer(at, 1), message: `a duty is ${duty}`, hint: 'write 0 to 100 percent' };
    const [lastX = Number.NEGATIVE_INFINITY, lastDuty = 0] = before ?? [];
    if (x <= lastX) {
      const message = `the reading ${x} does not follow ${lastX}`;
      yield { path: pointer(at, 0), message, hint: 'order the points by rising readings' };
    } else if (duty < lastDuty) {
      const message = `the duty falls from ${lastDuty} to ${duty} while the reading rises`;
      yield { path: pointer(at, 1), message, hint: 'hotter must not ask for less' };
    }
    before = item;
  }
}

const loopRules: Rules<Loose<LoopFacts>> = {
  *'loop-inputs'({ of, ofNodes }, path) {
    yield* exactlyOne(path, 'the inputs of the loop', { of, ofNodes });
  },

  *curve({ curve: own, substitute: other, feedForward: power }, path) {
    yield* curveBreaches(own, pointer(path, 'curve'));
    yield* curveBreaches(other?.curve, pointer(path, 'substitute', 'curve'));
    yield* curveBreaches(power?.curve, pointer(path, 'feedForward', 'curve'));
  },

  *'loop-target'({ target, proportional = 0, integral = 0 }, path) {
    if (target === undefined && (proportional > 0 || integral > 0)) {
      const message = 'the loop has gains and no target';
      yield { path, message, hint: 'add "target", or remove "proportional" and "integral"' };
    }
    if (target !== undefined && proportional === 0 && integral === 0) {
      const message = 'nothing keeps the target of the loop';
      yield {
        path: pointer(path, 'target'),
        message,
        hint: 'add "proportional" and "integral", or remove it',
      };
    }
  },

  *'loop-of-itself'({ of = [], substitute: other }, path) {
    for (const { path: at, item } of entries(other?.of, pointer(path, 'substitute', 'of'))) {
      if (!of.includes(item)) continue;
      const message = `"${item}" stands in for itself`;
      yield { path: at, message, hint: 'name a sensor that another device measures' };
    }
  },
};

const shutdown = object(
  {
    of: ref('sensor', 'Sensor.'),
    above: number('Reading at or above which the hosts are switched off.'),
    for: optional(duration('How long the reading must be there.'), '10 s'),
    confirm: optional(
      ref('sensor', 'Sensor nearby that must be above its caution, or unknown, as well.'),
      'two readings are enough',
    ),
    host: optional(ref('host', 'Host that is switched off.'), 'every host'),
    how: optional(
      choice(['GracefulShutdown', 'ForceOff'], 'A graceful shutdown is forced after 60 s.'),
      'GracefulShutdown',
    ),
  },
  'Protection: a reading that switches hosts off. They stay off until someone switches them on.',
);
export type ShutdownFacts = Facts<typeof shutdown>;

const failed = object(
  {
    count: integer('Fans that have failed or are absent, at least.', { minimum: 1 }),
    duty: number('Duty of the zone then, at least; percent.', percent),
  },
  'Answer to failed fans.',
);

const zone = object(
  {
    id: id('zone', { space: 'control' }),
    name: optional(displayName, 'the id'),
    fans: list(ref('fan', 'Fan.'), 'Fans that are driven together.', { minItems: 1 }),
    period: optional(duration('Time between two steps of the loops.'), '1 s'),
    rise: optional(
      number('Fastest rise of the duty, percent a second. A fail-safe rises at once.', {
        exclusiveMinimum: 0,
      }),
      '100',
    ),
    fall: optional(number('Fastest fall of the duty, percent a second.', { exclusiveMinimum: 0 }), '1'),
    startDuty: optional(
      number('Duty at least, while inputs have no reading yet after a start; percent.', percent),
      'the fail-safe duty',
    ),
    warmUp: optional(duration('How long inputs may have no reading yet after a start.'), '30 s'),
    failSafe: optional(
      number('Duty while an input is unknown, percent.', percent),
      '`failSafeDuty` of `cooling`',
    ),
    criticalDuty: optional(
      number('Duty while an input is above its upper critical threshold, at least; percent.', percent),
      'the fail-safe duty',
    ),
    fansFailed: optional(
      list(failed, 'Answers to failed fans; the highest that applies counts.', { minItems: 1, key: 'count' }),
      'the fail-safe duty from the first on',
    ),
    loops: list(withRules(loopSchema, loopRules), 'Loops. The one that asks for most leads.', {
      minItems: 1,
    }),
    shutdown: optional(list(shutdown, 'Readings that switch hosts off.', { minItems: 1, key: 'of' })),
  },
  'A zone: fans that are driven together, and the loops that ask for their speed.',
);
export type ZoneFacts = Facts<typeof zone>;

const rules: Rules<Loose<ZoneFacts>> = {
  *period({ period }, path) {
    if (period === undefined || (period >= 200 && period <= 10_000)) return;
    const message = `a period of ${period} ms is too ${period < 200 ? 'short' : 'long'}`;
    yield { path: pointer(path, 'period'), message, hint: 'between 200 ms and 10 s; 1 s is usual' };
  },
};

export const coolingZone = withRules(zone, rules);

export const zoneRules: Rules<readonly (Loose<ZoneFacts> | undefined)[]> = {
  *'fan-in-one-zone'(all, path) {
    const fans = entries(all, path).flatMap((each) => entries(each.item.fans, pointer(each.path, 'fans')));
    for (const { path: at, item } of repeated(fans, ({ item }) => item)) {
      const message = `fan "${item}" is in a zone already`;
      yield { path: at, message, hint: 'remove it from one of the two' };
    }
  },
};
