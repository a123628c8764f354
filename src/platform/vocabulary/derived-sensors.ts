/** `derivedSensors`: sensors that are calculated from other sensors. */
import { pointer } from '../source/pointer.ts';
import { entries, type Loose, type Rules } from './rule.ts';
import { choice, type Facts, flag, list, number, object, optional, ref, withRules } from './schema.ts';
import { scaledFacts, sensorRules } from './sensor.ts';

// It has no sampling period: it follows its inputs.
const { poll: _, ...facts } = scaledFacts;

const derivedSensor = object(
  {
    ...facts,
    quantity: choice(
      ['Temperature', 'Voltage', 'Current', 'Power', 'EnergyJoules', 'Frequency', 'Rotational', 'Percent'],
      'Quantity of the result.',
    ),
    operation: choice(
      ['sum', 'difference', 'product', 'minimum', 'maximum', 'mean', 'polynomial'],
      'Calculation from the readings of the inputs. A difference is the first input minus the others; a polynomial is of the mean of the inputs.',
    ),
    inputs: list(ref('sensor', 'Sensor that is an input.'), 'Sensors that it is calculated from.', {
      minItems: 1,
    }),
    coefficients: optional(
      list(number('Coefficient.'), 'Coefficients of a polynomial, the constant first.', { minItems: 1 }),
    ),
    skipAbsent: optional(
      flag(
        'Whether inputs that are not plugged in are left out. An input without a reading for another reason makes the result unknown.',
      ),
      'false',
    ),
  },
  'A sensor that is calculated from other sensors.',
);
export type DerivedSensorFacts = Facts<typeof derivedSensor>;

const rules: Rules<Loose<DerivedSensorFacts>> = {
  ...sensorRules,
  *coefficients({ operation, coefficients }, path) {
    if (operation === 'polynomial' && coefficients === undefined) {
      const message = 'the polynomial has no coefficients';
      yield { path, message, hint: 'add "coefficients", the constant first, such as [1.5, 0.002]' };
    } else if (operation !== undefined && operation !== 'polynomial' && coefficients !== undefined) {
      const message = `a ${operation} has no coefficients`;
      yield { path: pointer(path, 'coefficients'), at: 'name', message, hint: 'remove them' };
    }
  },

  *operands({ operation, inputs = [], skipAbsent }, path) {
    if (operation === 'difference' && inputs.length < 2) {
      const message = 'a difference has at least two inputs';
      yield { path: pointer(path, 'inputs'), message, hint: 'add the sensor to subtract' };
    }
    if (skipAbsent === true && (operation === 'difference' || operation === 'product')) {
      const message = `a ${operation} needs every input`;
      yield { path: pointer(path, 'skipAbsent'), at: 'name', message, hint: 'remove it' };
    }
  },
};

const listRules: Rules<readonly (Loose<DerivedSensorFacts> | undefined)[]> = {
  *cycle(all, path) {
    const inputsOf = new Map((all ?? []).map((each) => [each?.id, each?.inputs ?? []]));
    for (const { path: at, item } of entries(all, path)) {
      const reached = new Set<string | undefined>(item.inputs);
      for (const id of reached) for (const input of inputsOf.get(id) ?? []) reached.add(input);
      if (item.id === undefined || !reached.has(item.id)) continue;
      const message = `derived sensor "${item.id}" is calculated from itself`;
      yield {
        path: pointer(at, 'inputs'),
        message,
        hint: 'remove it, and what is calculated from it, from the inputs',
      };
    }
  },
};

export const derivedSensors = optional(
  list(withRules(derivedSensor, rules), 'Sensors that are calculated from other sensors of the descriptor.', {
    example: `derivedSensors:
  - { id: SLEDS_POWER, quantity: Power, operation: sum, inputs: [SLED1_POWER, SLED2_POWER], skipAbsent: true }
  - { id: HEADROOM, quantity: Temperature, operation: difference, inputs: [CPU_LIMIT, CPU_TEMP], thresholds: { lowerCritical: 5 } }`,
    rules: listRules,
  }),
);
