/** `cooling`: limits of fan control. */
import { number, object, optional } from './schema.ts';

const percent = { minimum: 0, maximum: 100 } as const;

export const cooling = optional(
  object(
    {
      minimumDuty: optional(number('Least duty in manual mode, percent.', percent), '20'),
      failSafeDuty: optional(number('Duty while fan control has no valid input, percent.', percent), '100'),
    },
    'Limits of fan control.',
    { example: 'cooling: { minimumDuty: 10, failSafeDuty: 100 }' },
  ),
);
