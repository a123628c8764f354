/** Records of a node's event log as events of the board (IPMI 2.0, section 32 and 42). */
import { describeEvent, eventText, type SelEvent, type SelRecord, type SensorSdr, selTime } from 'node-ipmi';
import type { MessageCall } from '../../messages/keys.ts';
import type { BoardEvent, EventContext, Origin } from '../model/event.ts';
import { eventSeverity, redfishMessage } from './sel-messages.ts';
import type { OwnerKey } from './sensors.ts';

/** The node whose log records become events. */
export interface SelContext {
  readonly id: string;
  readonly name: string;
  readonly host: string | undefined;
  /** The record of a sensor by its owner and its number. */
  sensor(owner: OwnerKey, number: number): SensorSdr | undefined;
  /** A sensor of the board by its number; undefined for one that has no readings. */
  origin(owner: OwnerKey, number: number): Origin | undefined;
  /** Unit of the readings of a sensor, for people. */
  unit(sdr: SensorSdr | undefined): string;
}

/** A time further in the future than this, in milliseconds, is not one: the clock is wrong. */
const longestLead = 24 * 3600_000;

/**
 * A log record as an event. `raw` is its 16 bytes in hexadecimal; `now` judges its time, since a controller without a
 * clock begins in 1970; `mark` says how far the log has been taken over with it.
 */
export function recordEvent(
  record: SelRecord,
  raw: string,
  context: SelContext,
  now: Date,
  mark?: string,
): BoardEvent {
  const { id, host } = context;
  return {
    ...wordingOf(record, context),
    ...(host === undefined ? {} : { host }),
    record: { node: id, raw, time: timeOf(record, now), ...(mark === undefined ? {} : { mark }) },
  };
}

function timeOf(record: SelRecord, now: Date): Date | null {
  const time = selTime(record);
  return time === undefined || time.getTime() > now.getTime() + longestLead ? null : time;
}

function wordingOf(
  record: SelRecord,
  context: SelContext,
): Pick<EventContext, 'severity' | 'origin' | 'detail'> & MessageCall {
  const { id, name, host } = context;
  const home: Origin = host === undefined ? { kind: 'node', id } : { kind: 'host', id: host };
  if (record.kind !== 'event') {
    const data = Buffer.from(record.data).toString('hex');
    return {
      message: 'ResourceEvent.ResourceStateChanged',
      args: [name, `a record of type 0x${record.recordType.toString(16)}`],
      severity: 'OK',
      origin: home,
      detail: `OEM record with the bytes ${data}: see the manual of its manufacturer.`,
    };
  }
  const { generator } = record;
  const sdr = context.sensor(generator, record.sensorNumber);
  const found = messageOf(record, sdr, context);
  return {
    ...(found ?? {
      message: 'ResourceEvent.ResourceStateChanged',
      args: [describeEvent(record, sdr).sensor, stateOf(record, sdr)],
    }),
    severity: eventSeverity(record),
    origin: context.origin(generator, record.sensorNumber) ?? home,
    detail: `${eventText(record, sdr)}.`,
  };
}

function stateOf(event: SelEvent, sdr: SensorSdr | undefined): string {
  const { state, asserted } = describeEvent(event, sdr);
  return asserted ? state : `${state} (deasserted)`;
}

function messageOf(
  event: SelEvent,
  sdr: SensorSdr | undefined,
  context: SelContext,
): MessageCall | undefined {
  const found = redfishMessage(event);
  if (found === undefined) return undefined;
  const { sensor, reading, threshold } = describeEvent(event, sdr);
  const text = (value: number) => String(Number(value.toPrecision(6)));
  const measured = reading === undefined ? undefined : ([sensor, text(reading), context.unit(sdr)] as const);
  switch (found.args) {
    case 'none':
      return { message: found.messageId, args: [] };
    case 'name':
      return { message: found.messageId, args: [sensor] };
    // These messages take numbers; an event without them is reported by its state.
    case 'reading':
      return measured && { message: found.messageId, args: measured };
    case 'readingAndThreshold':
      return measured && threshold !== undefined
        ? { message: found.messageId, args: [...measured, text(threshold)] }
        : undefined;
  }
}
