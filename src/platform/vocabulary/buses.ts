/** `buses`: the I2C buses of the controller. */
import { busNumber } from './common.ts';
import { duration, list, object, optional, quantity, text } from './schema.ts';

export const buses = optional(
  list(
    object(
      {
        bus: busNumber,
        name: optional(text('What is connected to it.')),
        speed: optional(quantity('Hz', 'Clock frequency.')),
        timeout: optional(duration('Longest transfer before the bus counts as stuck.'), '100 ms'),
      },
      'An I2C bus.',
    ),
    'I2C buses of the controller. Buses behind a mux are declared by `muxes`.',
    { key: 'bus', example: 'buses:\n  - { bus: 7, name: Hot-swap controller, speed: 100 kHz }' },
  ),
);
