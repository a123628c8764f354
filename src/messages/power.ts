/** The Power registry: electrical readings, power supplies, circuits and switches. */
import { ranges, thresholds } from './thresholds.ts';
import { nothingToDo, type Wordings } from './wording.ts';

const levels = ['Caution', 'Critical', 'Fatal'] as const;
const voltage = "The voltage '%1' of %2 V";
const current = "The current '%1' of %2 A";
const watts = "The power '%1' of %2 W";
const frequency = "The frequency '%1' of %2 Hz";
const replaceSupply = 'Check the power supply and its cable, and replace the supply if it does not recover.';
const checkInput = 'Check the mains input, its cable and its breaker.';
const checkGroup = 'Look at the members of the group, and restore or replace those that have failed.';

/** The Power registry: readings, supplies and switches of the electrical side. */
export const power: Wordings<'Power'> = {
  ...thresholds('Voltage', levels, voltage, 3),
  ...ranges('Voltage', voltage),
  ...thresholds('Current', levels, current, 3),
  ...ranges('Current', current),
  ...thresholds('Power', levels, watts, 3),
  ...ranges('Power', watts),
  ...thresholds('Frequency', ['Caution', 'Critical'], frequency, 3),
  ...ranges('Frequency', frequency),
  BreakerFault: ["The breaker of the circuit '%1' reports a fault.", 'Have the breaker checked.'],
  BreakerReset: ["The breaker of the circuit '%1' was reset.", nothingToDo],
  BreakerTripped: [
    "The breaker of the circuit '%1' has tripped.",
    'Remove the overload or the short circuit, then reset the breaker.',
  ],
  ChassisPoweredOff: ["The %1 '%2' was powered off.", nothingToDo],
  ChassisPoweredOn: ["The %1 '%2' was powered on.", nothingToDo],
  CircuitPoweredOff: ["The circuit '%1' was powered off.", nothingToDo],
  CircuitPoweredOn: ["The circuit '%1' was powered on.", nothingToDo],
  LineInputPowerFault: ["The input power of '%1' is faulty.", checkInput],
  LineInputPowerRestored: ["The input power of '%1' is back to normal.", nothingToDo],
  LossOfInputPower: ["'%1' has lost its input power.", checkInput],
  OutletPoweredOff: ["The outlet '%1' was powered off.", nothingToDo],
  OutletPoweredOn: ["The outlet '%1' was powered on.", nothingToDo],
  PowerDistributionGroupCritical: ["The power distribution group '%1' is in a critical state.", checkGroup],
  PowerDistributionGroupNormal: ["The power distribution group '%1' is back to normal.", nothingToDo],
  PowerDistributionGroupWarning: ["The power distribution group '%1' needs attention.", checkGroup],
  PowerSupplyFailed: ["The power supply '%1' has failed.", replaceSupply],
  PowerSupplyGroupCritical: ["The power supply group '%1' is in a critical state.", checkGroup],
  PowerSupplyGroupNormal: ["The power supply group '%1' is back to normal.", nothingToDo],
  PowerSupplyGroupWarning: ["The power supply group '%1' needs attention.", checkGroup],
  PowerSupplyInserted: ["The power supply '%1' was inserted.", nothingToDo],
  PowerSupplyPredictiveFailure: [
    "The power supply '%1' predicts that it will fail.",
    'Replace the power supply when it suits.',
  ],
  PowerSupplyRemoved: ["The power supply '%1' was removed.", nothingToDo],
  PowerSupplyRestored: ["The power supply '%1' works again.", nothingToDo],
  PowerSupplyWarning: ["The power supply '%1' reports a warning.", replaceSupply],
};
