/** The event log (SEL) of one node, taken over as it grows: each record once, also over restarts of the daemon. */
import { decodeSelRecord, encodeSelRecord, readSel, type SelRecord, type Target, unitText } from 'node-ipmi';
import type { NodeFacts } from '../../platform/vocabulary/index.ts';
import type { BoardEvent } from '../model/event.ts';
import { recordEvent, type SelContext } from './sel-events.ts';
import type { NodeSensors } from './sensors.ts';

export class NodeEventLog {
  readonly #context: SelContext;
  readonly #now: () => Date;
  /** The last record that was taken over; undefined before the first. */
  #last: SelRecord | undefined;

  /** `mark` is that of the last record that was kept: its 16 bytes in hexadecimal. */
  constructor(facts: NodeFacts, sensors: NodeSensors, mark: string | undefined, now: () => Date) {
    const { id, name = id, host } = facts;
    this.#context = {
      id,
      name,
      host,
      sensor: (owner, number) => sensors.record(owner, number),
      origin: (owner, number) => sensors.origin(owner, number),
      unit: (sdr) => (sdr?.kind === 'full' ? unitText(sdr.unit) : ''),
    };
    this.#now = now;
    const bytes = mark === undefined ? undefined : Buffer.from(mark, 'hex');
    this.#last = bytes?.length === 16 ? decodeSelRecord(bytes) : undefined;
  }

  /**
   * Reads what was added to the log since the last time, in order; each event carries its mark. When the node is paused
   * meanwhile, nothing counts as read. @throws IpmiError
   */
  async read(target: Target, isPaused: () => boolean): Promise<readonly BoardEvent[]> {
    // Get SEL Info is no shortcut: its time stamps count seconds, and a full log stays the same.
    const { records } = await readSel(target, this.#last);
    if (isPaused()) return [];
    this.#last = records.at(-1) ?? this.#last;
    return records.map((record) => {
      const raw = hexOf(encodeSelRecord(record));
      return recordEvent(record, raw, this.#context, this.#now(), raw);
    });
  }

  /** The event of a record that the node or its host has sent, 16 bytes. */
  received(bytes: Uint8Array): BoardEvent {
    return recordEvent(decodeSelRecord(bytes), hexOf(bytes), this.#context, this.#now());
  }
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
