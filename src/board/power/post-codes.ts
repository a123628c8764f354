/**
 * POST codes of one host: counted by boot, timed, and emitted. Their source is a kernel device, read below, or a bridge
 * IC, which calls `receive`.
 */

import type { Readable } from 'node:stream';
import type { Logger } from '../../base/logger.ts';
import type { PostCode, PostCodes } from '../model/power.ts';
import { hostScope } from '../model/revisions.ts';
import type { PersistedState } from '../persisted-state.ts';
import type { BoardSignals } from '../signals.ts';

/**
 * Codes of one boot that are emitted as they arrive. Firmware writes some hundred; an operating system may never stop,
 * since Linux uses the port for a delay of a microsecond. Of the rest, only the last one is emitted, at the end.
 */
const limit = 512;
/** Longest wait of codes for power-good, which may arrive a moment later; milliseconds. */
const powerWait = 1_000;

export interface PostCodeParts {
  /** Power-good; null while unknown. */
  readonly powered: () => boolean | null;
  readonly persisted: PersistedState;
  readonly signals: BoardSignals;
  readonly log: Logger;
}

export class HostPostCodes implements PostCodes {
  readonly #host: string;
  readonly #parts: PostCodeParts;
  #boot: number;
  /** The next code is the first of another boot. */
  #isNewBoot: boolean;
  /** Begin of the boot on the monotonic clock; null where it was not observed. */
  #began: number | null = null;
  #emitted = 0;
  #held: PostCode | null = null;
  /** Codes that arrived without power. */
  #early: number[] = [];
  #waiting: NodeJS.Timeout | undefined;
  /** Codes were emitted since the last end. */
  #isOpen = false;
  last: PostCodes['last'] = null;
  fault: PostCodes['fault'] = null;

  constructor(host: string, parts: PostCodeParts) {
    this.#host = host;
    this.#parts = parts;
    this.#boot = parts.persisted.boots(host);
    // A host that was on before this daemon started is in the boot that was counted last.
    this.#isNewBoot = this.#boot === 0;
  }

  /** A boot begins. Several calls without a code between them are one boot. */
  begin(): void {
    this.forget();
    this.#isNewBoot = true;
    this.#began = performance.now();
    this.#release();
  }

  /** The host has lost its power: it has no last code any more. */
  forget(): void {
    this.end();
    if (this.last === null) return;
    this.last = null;
    this.#parts.signals.emit('readingChanged', hostScope(this.#host));
  }

  /** Receives codes, in order: whole numbers of any width. */
  receive(codes: readonly number[]): void {
    if (this.#parts.powered() !== false) {
      this.#record(codes);
      return;
    }
    this.#early.push(...codes);
    // Without power none is written: these were read late.
    this.#waiting ??= setTimeout(() => this.#release(), powerWait).unref();
  }

  /** The firmware has finished. */
  end(): void {
    if (!this.#isOpen) return;
    const codes = this.#held === null ? [] : [this.#held];
    this.#held = null;
    this.#isOpen = false;
    this.#emit(codes, true);
  }

  #emit(codes: readonly PostCode[], over: boolean): void {
    const { signals } = this.#parts;
    signals.emit('readingChanged', hostScope(this.#host));
    signals.emit('postCodesReceived', { codes, over });
  }

  #release(): void {
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    this.#record(this.#early.splice(0));
  }

  #record(codes: readonly number[]): void {
    const last = codes.at(-1);
    if (last === undefined) return;
    if (this.#isNewBoot) this.#count();
    this.last = { code: last, time: new Date() };
    const elapsed = this.#began === null ? null : Math.round(performance.now() - this.#began);
    const about = { host: this.#host, boot: this.#boot, elapsed };
    const fresh = codes.slice(0, Math.max(0, limit - this.#emitted)).map((code) => ({ ...about, code }));
    this.#emitted += fresh.length;
    this.#held = fresh.length < codes.length ? { ...about, code: last } : null;
    this.#isOpen = true;
    this.#emit(fresh, false);
  }

  /** A store that cannot be written prevents no code from being emitted. */
  #count(): void {
    this.#isNewBoot = false;
    this.#boot += 1;
    this.#emitted = 0;
    try {
      this.#parts.persisted.setBoots(this.#host, this.#boot);
    } catch (error) {
      const detail = { host: this.#host, error: String(error) };
      this.#parts.log.warn('the boot count of a host cannot be stored', detail);
    }
  }
}

/** Milliseconds until a lost device is opened again; doubled each time. */
const retry = { first: 1_000, longest: 60_000 } as const;

/** Reads POST codes from a kernel device, and opens it again when it was lost. */
export class PostCodeReader {
  readonly #device: string;
  readonly #open: () => Promise<Readable>;
  readonly #codes: HostPostCodes;
  readonly #lost: (fault: string) => void;
  #stream: Readable | undefined;
  #timer: NodeJS.Timeout | undefined;
  #wait: number = retry.first;
  #stopped = false;

  /** `lost` is called once with each reason why no codes can be read. */
  constructor(
    device: string,
    open: () => Promise<Readable>,
    codes: HostPostCodes,
    lost: (fault: string) => void,
  ) {
    this.#device = device;
    this.#open = open;
    this.#codes = codes;
    this.#lost = lost;
  }

  async start(): Promise<void> {
    try {
      const stream = await this.#open();
      if (this.#stopped) stream.destroy();
      else this.#use(stream);
    } catch (error) {
      this.#retry(error);
    }
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#stream?.destroy();
  }

  #use(stream: Readable): void {
    this.#stream = stream;
    this.#codes.fault = null;
    let cause: unknown = new Error('it has ended');
    stream.on('error', (error) => {
      cause = error;
    });
    stream.once('close', () => this.#retry(cause));
    stream.on('data', (bytes: Buffer) => {
      this.#wait = retry.first;
      this.#codes.receive([...bytes]);
    });
  }

  #retry(cause: unknown): void {
    if (this.#stopped) return;
    const message = cause instanceof Error ? cause.message : String(cause);
    const known = this.#codes.fault;
    if (message !== known?.message) {
      this.#codes.fault = { device: this.#device, message, since: known?.since ?? new Date() };
      this.#lost(message);
    }
    this.#timer = setTimeout(() => void this.start(), this.#wait).unref();
    this.#wait = Math.min(this.#wait * 2, retry.longest);
  }
}
