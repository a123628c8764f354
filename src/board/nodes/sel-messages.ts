/** Messages of the DMTF registries for SEL events. */
import { EVENT_TYPE, type SelEvent } from 'node-ipmi';
import type { MessageKeyTaking } from '../../messages/keys.ts';

/**
 * Message of the DMTF registries for an event of the log. Registries: SensorEvent 1.1,
 * Power 1.2, Environmental 1.4, Platform 1.3. A message of SensorEvent's readings takes the sensor's name,
 * its reading, its unit and the threshold; one of `named` takes the name only.
 */
export type RedfishMessage = { readonly severity: Severity } & (
  | { readonly args: 'reading'; readonly messageId: 'SensorEvent.SensorReadingNormalRange' }
  | { readonly args: 'readingAndThreshold'; readonly messageId: ThresholdMessage }
  | { readonly args: 'name'; readonly messageId: MessageKeyTaking<1> }
  | { readonly args: 'none'; readonly messageId: MessageKeyTaking<0> }
);

type Severity = 'OK' | 'Warning' | 'Critical';
type ThresholdMessage = Extract<MessageKeyTaking<4>, `SensorEvent.Reading${string}Threshold`>;

/** Threshold crossings by offset: asserted when the reading went beyond, deasserted when it came back. */
const CROSSINGS: readonly (readonly [side: 'Upper' | 'Lower', level: 'Caution' | 'Critical' | 'Fatal'])[] = [
  ['Lower', 'Caution'],
  ['Lower', 'Critical'],
  ['Lower', 'Fatal'],
  ['Upper', 'Caution'],
  ['Upper', 'Critical'],
  ['Upper', 'Fatal'],
];

function crossing(offset: number, asserted: boolean): RedfishMessage | undefined {
  const found = CROSSINGS[offset >> 1];
  if (found === undefined) return undefined;
  const [side, level] = found;
  const goingHigh = (offset & 1) === 1;
  // "Upper going high" asserted and "upper going low" deasserted both say that the reading is beyond.
  const beyond = (side === 'Upper') === goingHigh ? asserted : !asserted;
  if (beyond) {
    const messageId =
      side === 'Upper'
        ? (`SensorEvent.ReadingAboveUpper${level}Threshold` as const)
        : (`SensorEvent.ReadingBelowLower${level}Threshold` as const);
    return { messageId, severity: level === 'Caution' ? 'Warning' : 'Critical', args: 'readingAndThreshold' };
  }
  if (level === 'Caution') {
    return { messageId: 'SensorEvent.SensorReadingNormalRange', severity: 'OK', args: 'reading' };
  }
  return {
    messageId:
      side === 'Upper'
        ? `SensorEvent.ReadingBelowUpper${level}Threshold`
        : `SensorEvent.ReadingAboveLower${level}Threshold`,
    severity: level === 'Critical' ? 'Warning' : 'Critical',
    args: 'readingAndThreshold',
  };
}

type Row = readonly [
  asserted: MessageKeyTaking<1> | typeof noArguments,
  severity: Severity,
  deasserted?: MessageKeyTaking<1>,
];

const noArguments = 'Platform.OperatingSystemCrash';

/** Sensor-specific states: message when asserted, its severity, and message when deasserted. */
const SPECIFIC: Readonly<Record<string, Row>> = {
  '0x07/0': ['Platform.PlatformErrorAtLocation', 'Critical'],
  '0x07/1': ['Platform.PlatformErrorAtLocation', 'Critical'],
  '0x07/11': ['Platform.PlatformErrorAtLocation', 'Critical'],
  '0x08/0': ['Power.PowerSupplyInserted', 'OK', 'Power.PowerSupplyRemoved'],
  '0x08/1': ['Power.PowerSupplyFailed', 'Critical', 'Power.PowerSupplyRestored'],
  '0x08/2': ['Power.PowerSupplyPredictiveFailure', 'Warning', 'Power.PowerSupplyRestored'],
  '0x08/3': ['Power.LossOfInputPower', 'Critical', 'Power.LineInputPowerRestored'],
  '0x08/4': ['Power.LineInputPowerFault', 'Warning', 'Power.LineInputPowerRestored'],
  '0x08/5': ['Power.LineInputPowerFault', 'Warning', 'Power.LineInputPowerRestored'],
  '0x09/4': ['Power.LossOfInputPower', 'Critical', 'Power.LineInputPowerRestored'],
  '0x0c/1': ['Platform.MemoryUncorrectableError', 'Critical'],
  '0x13/8': ['Platform.PCIeUncorrectableError', 'Critical'],
  '0x13/10': ['Platform.PCIeUncorrectableError', 'Critical'],
  '0x20/1': ['Platform.OperatingSystemCrash', 'Critical'],
  '0x28/4': ['SensorEvent.SensorFailure', 'Warning', 'SensorEvent.SensorRestored'],
};

/** Severities of the generic event type 0x07, by offset. */
const TRANSITIONS: readonly Severity[] = [
  'OK',
  'Warning',
  'Critical',
  'Critical',
  'Warning',
  'Critical',
  'Critical',
  'OK',
  'OK',
];

/** The message for an event, or undefined where the registries have none for it. */
export function redfishMessage(event: SelEvent): RedfishMessage | undefined {
  const { sensorType, eventType, offset, asserted } = event;
  if (eventType === EVENT_TYPE.threshold) return crossing(offset, asserted);
  if (eventType !== EVENT_TYPE.sensorSpecific) return undefined;
  const row = SPECIFIC[`0x${sensorType.toString(16).padStart(2, '0')}/${offset}`];
  const messageId = asserted ? row?.[0] : row?.[2];
  if (row === undefined || messageId === undefined) return undefined;
  const severity = asserted ? row[1] : messageId.endsWith('Removed') ? 'Warning' : 'OK';
  return messageId === noArguments
    ? { messageId, severity, args: 'none' }
    : { messageId, severity, args: 'name' };
}

/** How grave an event is, also where the registries have no message for it. */
export function eventSeverity(event: SelEvent): Severity {
  const message = redfishMessage(event);
  if (message !== undefined) return message.severity;
  if (event.eventType === 0x07 && event.asserted) return TRANSITIONS[event.offset] ?? 'OK';
  // Predictive failure, limit exceeded, performance lags: offset 1 asserted is the bad one.
  const isBad = event.eventType >= 0x04 && event.eventType <= 0x06 && event.offset === 1;
  return isBad && event.asserted ? 'Warning' : 'OK';
}
