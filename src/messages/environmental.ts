/** The Environmental registry: temperature, humidity, fans, leaks and coolant. */
import { ranges, thresholds } from './thresholds.ts';
import { nothingToDo, type Wordings } from './wording.ts';

const levels = ['Caution', 'Critical', 'Fatal'] as const;
const temperature = "The temperature '%1' of %2 °C";
const humidity = "The humidity '%1' of %2 %";
const flowRate = "The flow rate '%1' of %2 l/min";
const pressure = "The pressure '%1' of %2 kPa";
const checkFan = 'Check that the fan turns freely and is plugged in, and replace it if it does not recover.';
const checkGroup = 'Look at the members of the group, and restore or replace those that have failed.';
const checkLeak = 'Look for leaking coolant, and shut the equipment down if it is at risk.';
const checkLeakDetector = 'Check the leak detector and its cable.';
const checkFluid = 'Have the coolant tested, and treated or replaced.';
const checkFlow = 'Check the pump, the valves and the hoses.';
const checkLevel = 'Check the level of the fluid and look for a leak.';
const checkValve = 'Check that the valve moves freely and that its drive works.';

/** The Environmental registry: temperatures, fans, coolant and leaks. */
export const environmental: Wordings<'Environmental'> = {
  ...thresholds('Temperature', levels, temperature, 3),
  ...ranges('Temperature', temperature),
  ...thresholds('Humidity', ['Caution', 'Critical'], humidity, 3),
  HumidityNormal: [`${humidity} is in the normal range.`, nothingToDo],
  ...thresholds('FlowRate', levels, flowRate, 3),
  ...ranges('FlowRate', flowRate),
  FlowRateFatal: [`${flowRate} is in the fatal range.`, checkFlow],
  FlowRateNoLongerFatal: [`${flowRate} has left the fatal range but is not yet normal.`, checkFlow],
  ...thresholds('Pressure', levels, pressure, 3),
  ...ranges('Pressure', pressure),
  ...thresholds('FluidLevel', levels, "The fluid level '%1' of %2 %", 3),
  FluidLevelCritical: ["The fluid level '%1' is in the critical range.", checkLevel],
  FluidLevelNoLongerCritical: [
    "The fluid level '%1' has left the critical range but is not yet normal.",
    checkLevel,
  ],
  FluidLevelNormal: ["The fluid level '%1' is in the normal range.", nothingToDo],
  FluidLevelWarning: ["The fluid level '%1' is in the warning range.", checkLevel],
  CoolingUnitGroupCritical: ["The cooling unit group '%1' is in a critical state.", checkGroup],
  CoolingUnitGroupNormal: ["The cooling unit group '%1' is back to normal.", nothingToDo],
  CoolingUnitGroupWarning: ["The cooling unit group '%1' needs attention.", checkGroup],
  FanFailed: ["The fan '%1' has failed.", checkFan],
  FanGroupCritical: ["The fan group '%1' is in a critical state.", checkGroup],
  FanGroupNormal: ["The fan group '%1' is back to normal.", nothingToDo],
  FanGroupWarning: ["The fan group '%1' needs attention.", checkGroup],
  FanInserted: ["The fan '%1' was inserted.", nothingToDo],
  FanRemoved: ["The fan '%1' was removed.", nothingToDo],
  FanRestored: ["The fan '%1' works again.", nothingToDo],
  FanWarning: ["The fan '%1' does not turn as it should.", checkFan],
  FilterInserted: ["The filter '%1' was inserted.", nothingToDo],
  FilterRemoved: ["The filter '%1' was removed.", nothingToDo],
  FilterRequiresService: ["The filter '%1' needs service.", 'Clean or replace the filter.'],
  FilterRestored: ["The filter '%1' works again.", nothingToDo],
  FilterSubsystemHealth: [
    "The health of the filters has become '%1'.",
    'Look at the filters if this is not OK.',
  ],
  FluidQualityCritical: ["The fluid quality '%1' is in the critical range.", checkFluid],
  FluidQualityNoLongerCritical: [
    "The fluid quality '%1' has left the critical range but is not yet normal.",
    checkFluid,
  ],
  FluidQualityNormal: ["The fluid quality '%1' is in the normal range.", nothingToDo],
  FluidQualityWarning: ["The fluid quality '%1' is in the warning range.", checkFluid],
  LeakDetectedCritical: ["The leak detector '%1' reports a critical leak.", checkLeak],
  LeakDetectedNormal: ["The leak detector '%1' reports no leak any more.", nothingToDo],
  LeakDetectedWarning: ["The leak detector '%1' reports a leak.", checkLeak],
  LeakDetectorConnected: ["The leak detector '%1' was connected.", nothingToDo],
  LeakDetectorDisconnected: ["The leak detector '%1' was disconnected.", checkLeakDetector],
  LeakDetectorFailure: ["The leak detector '%1' has failed.", checkLeakDetector],
  LeakDetectorRestored: ["The leak detector '%1' works again.", nothingToDo],
  PrimaryCoolantConnectorSubsystemHealth: [
    "The health of the primary coolant connectors has become '%1'.",
    'Look at the connectors if this is not OK.',
  ],
  PumpFailed: ["The pump '%1' has failed.", 'Check the pump, and replace it if it does not recover.'],
  PumpInserted: ["The pump '%1' was inserted.", nothingToDo],
  PumpRemoved: ["The pump '%1' was removed.", nothingToDo],
  PumpRestored: ["The pump '%1' works again.", nothingToDo],
  PumpSubsystemHealth: ["The health of the pumps has become '%1'.", 'Look at the pumps if this is not OK.'],
  ReservoirSubsystemHealth: [
    "The health of the reservoirs has become '%1'.",
    'Look at the reservoirs if this is not OK.',
  ],
  SecondaryCoolantConnectorSubsystemHealth: [
    "The health of the secondary coolant connectors has become '%1'.",
    'Look at the connectors if this is not OK.',
  ],
  ValveClosed: ["The valve '%1' was closed.", nothingToDo],
  ValveOpened: ["The valve '%1' was opened.", nothingToDo],
  ValvePositionChanged: ["The valve '%1' moved to %2 % open.", nothingToDo],
  ValveUnableToReachSetPoint: ["The valve '%1' does not reach its set point.", checkValve],
  ValveUnableToReachSetPointPercent: [
    "The valve '%1' was asked for %2 % open but stays at %3 %.",
    checkValve,
  ],
};
