/** The Telemetry registry: triggers and telemetry data. */
import { nothingToDo, type Wordings } from './wording.ts';

const checkMetric = 'Look at the part that the metric is about.';
const crossed = (where: string) => `The metric '%1' reads %2, ${where} '%4'.`;

/** The Telemetry registry: triggers that are met, and what they were met by. */
export const telemetry: Wordings<'Telemetry'> = {
  TelemetryDataCreated: ["The telemetry data '%1' of the type '%2' was created.", nothingToDo],
  TriggerDiscreteConditionMet: [
    "The metric '%1' is '%2', which meets the condition of the trigger '%3'.",
    checkMetric,
  ],
  TriggerNumericAboveLowerCritical: [
    crossed('above %3 again, and still outside the normal range of the trigger'),
    checkMetric,
  ],
  TriggerNumericAboveUpperCritical: [
    crossed('above %3, the upper critical threshold of the trigger'),
    checkMetric,
  ],
  TriggerNumericAboveUpperWarning: [
    crossed('above %3, the upper warning threshold of the trigger'),
    checkMetric,
  ],
  TriggerNumericBelowLowerCritical: [
    crossed('below %3, the lower critical threshold of the trigger'),
    checkMetric,
  ],
  TriggerNumericBelowLowerWarning: [
    crossed('below %3, the lower warning threshold of the trigger'),
    checkMetric,
  ],
  TriggerNumericBelowUpperCritical: [
    crossed('below %3 again, and still outside the normal range of the trigger'),
    checkMetric,
  ],
  TriggerNumericReadingNormal: [
    "The metric '%1' reads %2, within the normal range of the trigger '%3'.",
    nothingToDo,
  ],
};
