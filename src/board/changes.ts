/** Tells listeners that something has changed, at most once in a turn of the event loop, and hands on events. */
import type { BoardEvent, PostCode, Sensor } from './model.ts';

export class Changes {
  #revision = 1;
  #scheduled = false;
  #stateMoved = false;
  readonly #listeners = new Set<() => void>();
  readonly #stateListeners = new Set<() => void>();
  readonly #events = new Set<(event: BoardEvent) => unknown>();
  readonly #readings = new Set<(sensor: Sensor) => void>();
  readonly #codes = new Set<(codes: readonly PostCode[], over: boolean) => void>();
  readonly #failed: (error: unknown) => void;

  /** `failed` is told what a listener throws: it ends neither the sampling of a bus nor a power operation. */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  get revision(): number {
    return this.#revision;
  }

  /** Something that is shown has changed: no more than a reading, which happens all the time, or the state of a part. */
  touch(what: 'reading' | 'state' = 'state'): void {
    this.#revision += 1;
    this.#stateMoved ||= what === 'state';
    if (this.#scheduled || (what === 'reading' && this.#listeners.size === 0)) return;
    this.#scheduled = true;
    setImmediate(() => {
      const stateMoved = this.#stateMoved;
      this.#scheduled = false;
      this.#stateMoved = false;
      for (const listener of this.#listeners) this.#tell(listener);
      if (stateMoved) for (const listener of this.#stateListeners) this.#tell(listener);
    });
  }

  /** Resolves once every listener has done what it does about the event; never rejects, and need not be awaited. */
  emit(event: BoardEvent): Promise<unknown> {
    this.touch();
    const done: Promise<unknown>[] = [];
    for (const listener of this.#events)
      this.#tell(() => {
        const work = listener(event);
        if (work instanceof Promise) done.push(work);
      });
    return Promise.allSettled(done);
  }

  /** A sensor has been read well. */
  read(sensor: Sensor): void {
    for (const listener of this.#readings) this.#tell(() => listener(sensor));
  }

  /** Firmware has written codes, or its work is over. */
  post(codes: readonly PostCode[], over: boolean): void {
    // As often as readings, and no more than they.
    this.touch('reading');
    for (const listener of this.#codes) this.#tell(() => listener(codes, over));
  }

  onPostCodes(listener: (codes: readonly PostCode[], over: boolean) => void): () => void {
    this.#codes.add(listener);
    return () => this.#codes.delete(listener);
  }

  onReading(listener: (sensor: Sensor) => void): () => void {
    this.#readings.add(listener);
    return () => this.#readings.delete(listener);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** As `onChange`, but not for what is no more than a reading. */
  onState(listener: () => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  onEvent(listener: (event: BoardEvent) => unknown): () => void {
    this.#events.add(listener);
    return () => this.#events.delete(listener);
  }

  #tell(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.#failed(error);
    }
  }
}
