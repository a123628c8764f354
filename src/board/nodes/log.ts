/** The event log of one node, taken over as it grows: each record once, whatever is restarted in between. */
import { decodeSelRecord, encodeSelRecord, readSel, type SelRecord, type Target, unitText } from 'node-ipmi';
import type { NodeFacts } from '../../platform/vocabulary/index.ts';
import type { BoardEvent } from '../model.ts';
import { recordEvent } from './events.ts';
import type { NodeSensors } from './sensors.ts';

export class NodeLog {
  readonly #facts: NodeFacts;
  readonly #sensors: NodeSensors;
  readonly #now: () => Date;
  /** The last record that was taken over; undefined before the first. */
  #last: SelRecord | undefined;

  /** `mark` is that of the last record that was kept. */
  constructor(facts: NodeFacts, sensors: NodeSensors, mark: string | undefined, now: () => Date) {
    this.#facts = facts;
    this.#sensors = sensors;
    this.#now = now;
    const bytes = mark === undefined ? undefined : Buffer.from(mark, 'hex');
    this.#last = bytes?.length === 16 ? decodeSelRecord(bytes) : undefined;
  }

  /** Hands on what was added to the log since the last time, in order. @throws IpmiError */
  async read(target: Target, isOver: () => boolean, hand: (event: BoardEvent) => void): Promise<void> {
    // What Get SEL Info says need not move with every record: it counts seconds, and a log that is full stays so.
    const { records } = await readSel(target, this.#last);
    if (isOver()) return;
    for (const record of records) {
      this.#last = record;
      const bytes = encodeSelRecord(record);
      hand(this.event(bytes, Buffer.from(bytes).toString('hex')));
    }
  }

  /** The event that a record tells of; `mark` is kept with it. */
  event(bytes: Uint8Array, mark?: string): BoardEvent {
    const { id, name = id, host } = this.#facts;
    const event = recordEvent(
      bytes,
      {
        ...{ id, name, host },
        sensor: (owner, number) => this.#sensors.record(owner, number),
        origin: (owner, number) => this.#sensors.origin(owner, number),
        unit: (sdr) => (sdr?.kind === 'full' ? unitText(sdr.unit) : ''),
      },
      this.#now(),
    );
    return mark === undefined || event.record === undefined
      ? event
      : { ...event, record: { ...event.record, mark } };
  }
}
