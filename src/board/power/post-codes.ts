/**
 * The codes that the firmware of one host writes: counted by boot, timed, and told of. Where they come from is nothing to
 * this: a device of the kernel is read below, and whoever else gets codes calls `take`.
 */

import type { Readable } from 'node:stream';
import type { Logger } from '../../base/logger.ts';
import type { PostCode, PostCodes } from '../model/power.ts';
import { hostScope } from '../model/revisions.ts';
import type { PersistedState } from '../persisted-state.ts';
import type { BoardSignals } from '../signals.ts';

/**
 * Codes of one boot that are told of as they come. Firmware writes some hundred; an operating system may go on writing
 * there for ever, since Linux uses the port to waste a microsecond. Of what comes after, the last one is told at the end.
 */
const most = 512;
/** Milliseconds for which codes wait for power-good, which may be told of a moment after them. */
const patience = 1_000;

export interface PostCodeParts {
  /** What power-good says; null when nobody knows. */
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
  #fresh: boolean;
  /** When the boot began, on the monotonic clock; null where nobody saw that. */
  #began: number | null = null;
  #told = 0;
  #untold: PostCode | null = null;
  /** Codes that came while there was no power. */
  #early: number[] = [];
  #waiting: NodeJS.Timeout | undefined;
  /** Something was told since the last end. */
  #open = false;
  last: PostCodes['last'] = null;
  fault: PostCodes['fault'] = null;

  constructor(host: string, parts: PostCodeParts) {
    this.#host = host;
    this.#parts = parts;
    this.#boot = parts.persisted.boots(host);
    // A host that was on before this daemon ran is in the boot that was counted last.
    this.#fresh = this.#boot === 0;
  }

  /** The host starts anew. Several calls without a code between them are one start. */
  begin(): void {
    this.forget();
    this.#fresh = true;
    this.#began = performance.now();
    this.#release();
  }

  /** The host has no power: there is no last code any more. */
  forget(): void {
    this.end();
    if (this.last === null) return;
    this.last = null;
    this.#parts.signals.emit('readingChanged', hostScope(this.#host));
  }

  /** Codes that the firmware has written just now, in order; whole numbers of any width, from whatever source. */
  take(codes: readonly number[]): void {
    if (this.#parts.powered() !== false) {
      this.#give(codes);
      return;
    }
    this.#early.push(...codes);
    // Without power none is written any more: they were read late.
    this.#waiting ??= setTimeout(() => this.#release(), patience).unref();
  }

  /** The firmware has done its work. */
  end(): void {
    if (!this.#open) return;
    const codes = this.#untold === null ? [] : [this.#untold];
    this.#untold = null;
    this.#open = false;
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
    this.#give(this.#early.splice(0));
  }

  #give(codes: readonly number[]): void {
    const last = codes.at(-1);
    if (last === undefined) return;
    if (this.#fresh) this.#count();
    this.last = { code: last, time: new Date() };
    const elapsed = this.#began === null ? null : Math.round(performance.now() - this.#began);
    const about = { host: this.#host, boot: this.#boot, elapsed };
    const told = codes.slice(0, Math.max(0, most - this.#told)).map((code) => ({ ...about, code }));
    this.#told += told.length;
    this.#untold = told.length < codes.length ? { ...about, code: last } : null;
    this.#open = true;
    this.#emit(told, false);
  }

  /** A store that cannot be written keeps no code from being told of. */
  #count(): void {
    this.#fresh = false;
    this.#boot += 1;
    this.#told = 0;
    try {
      this.#parts.persisted.setBoots(this.#host, this.#boot);
    } catch (error) {
      const detail = { host: this.#host, error: String(error) };
      this.#parts.log.warn('the boot count of a host cannot be stored', detail);
    }
  }
}

/** Milliseconds until a device that was lost is tried again; doubled each time. */
const retry = { first: 1_000, longest: 60_000 } as const;

/** Reads a device that hands on codes, and opens it again whenever it was lost. */
export class PostCodeReader {
  readonly #device: string;
  readonly #open: () => Promise<Readable>;
  readonly #codes: HostPostCodes;
  readonly #lost: (fault: string) => void;
  #stream: Readable | undefined;
  #timer: NodeJS.Timeout | undefined;
  #wait: number = retry.first;
  #stopped = false;

  /** `lost` is told once of each reason why there are no codes. */
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
      this.#again(error);
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
    stream.once('close', () => this.#again(cause));
    stream.on('data', (bytes: Buffer) => {
      this.#wait = retry.first;
      this.#codes.take([...bytes]);
    });
  }

  #again(cause: unknown): void {
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
