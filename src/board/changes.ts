/** Shorthands for emitting changes and events, for components that have not yet moved to `BoardSignals`. */
import type { BoardEvent } from './model/event.ts';
import type { PostCode } from './model/power.ts';
import type { Scope } from './model/revisions.ts';
import type { Sensor } from './model/sensor.ts';
import type { BoardSignals } from './signals.ts';

export class Changes {
  readonly signals: BoardSignals;

  constructor(signals: BoardSignals) {
    this.signals = signals;
  }

  /** Reports a change of state, or of no more than a reading, in `scope`. */
  touch(what: 'reading' | 'state' = 'state', scope: Scope = 'board'): void {
    this.signals.emit(what === 'state' ? 'stateChanged' : 'readingChanged', scope);
  }

  /** Resolves once every listener has processed the event; never rejects, and need not be awaited. */
  emit(event: BoardEvent): Promise<void> {
    return this.signals.deliver('event', event);
  }

  /** Reports a good reading. */
  read(sensor: Sensor): void {
    this.signals.emit('sensorRead', sensor);
  }

  /** Reports POST codes, or the end of a boot. */
  post(codes: readonly PostCode[], over: boolean): void {
    const [first] = codes;
    this.touch('reading', first === undefined ? 'board' : `host:${first.host}`);
    this.signals.emit('postCodesReceived', { codes, over });
  }
}
