/** IPMB frames on a serial line or an I2C bus. */
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { concat, copyOf } from './bytes.ts';
import { IpmiError } from './errors.ts';
import { decodeIpmb } from './message.ts';

/** Ways to carry IPMB messages on Linux. */

/** Carries whole IPMB messages, with the destination's address as their first byte. */
export interface IpmbLink {
  /** @throws IpmiError `unreachable` when the address is not acknowledged. */
  send(message: Uint8Array): void | Promise<void>;
  /** The only listener; set before anything is sent. */
  onMessage: ((message: Uint8Array) => void) | undefined;
  close(): void;
}

/** Poll periods in milliseconds for a device without notification: while an answer is due, and otherwise. */
const POLL_BUSY = 2;
const POLL_IDLE = 20;

/** A shortest message is 7 bytes; the kernel's driver takes none longer than this. */
const MAX_MESSAGE = 128;

/**
 * Finds the messages in a stream of frames, each with its length before it. What is not a message (a bad
 * length or checksum) is skipped byte by byte until one begins again.
 */
export class FrameReader {
  #waiting: Uint8Array = new Uint8Array();

  push(chunk: Uint8Array): Uint8Array[] {
    this.#waiting = concat(this.#waiting, chunk);
    const messages: Uint8Array[] = [];
    let at = 0;
    while (at < this.#waiting.length) {
      const length = this.#waiting[at] ?? 0;
      const isPossible = length >= 7 && length <= MAX_MESSAGE;
      if (isPossible && at + 1 + length > this.#waiting.length) break;
      const message = this.#waiting.subarray(at + 1, at + 1 + length);
      if (isPossible && decodeIpmb(message) !== undefined) {
        messages.push(copyOf(message));
        at += 1 + length;
      } else {
        at++;
      }
    }
    this.#waiting = copyOf(this.#waiting, at);
    return messages;
  }
}

/** Reads a non-blocking file by asking; a blocking read would hold a thread, and the process at its end. */
abstract class PolledLink implements IpmbLink {
  onMessage: ((message: Uint8Array) => void) | undefined;
  readonly #fd: number;
  readonly #buffer = Buffer.alloc(512);
  readonly #path: string;
  #timer: NodeJS.Timeout | undefined;
  #busyUntil = 0;

  constructor(path: string, flags: number) {
    this.#path = path;
    try {
      this.#fd = openSync(path, flags | constants.O_NONBLOCK | constants.O_NOCTTY);
    } catch (cause) {
      throw new IpmiError(
        'unreachable',
        `cannot open ${path}: ${cause instanceof Error ? cause.message : cause}`,
        { cause },
      );
    }
    this.#schedule();
  }

  abstract send(message: Uint8Array): void | Promise<void>;
  protected abstract receive(chunk: Uint8Array): void;

  protected write(bytes: Uint8Array): void {
    try {
      writeSync(this.#fd, bytes);
    } catch (cause) {
      const message = `${this.#path}: ${cause instanceof Error ? cause.message : cause}`;
      throw new IpmiError('unreachable', message, { cause });
    }
    this.expect();
  }

  /** An answer is due: poll faster for a while. */
  protected expect(): void {
    this.#busyUntil = performance.now() + 1000;
    clearTimeout(this.#timer);
    this.#schedule();
  }

  #schedule(): void {
    const isBusy = performance.now() < this.#busyUntil;
    this.#timer = setTimeout(() => this.#poll(), isBusy ? POLL_BUSY : POLL_IDLE).unref();
  }

  #poll(): void {
    for (let round = 0; round < 16; round++) {
      let length = 0;
      try {
        length = readSync(this.#fd, this.#buffer, 0, this.#buffer.length, null);
      } catch {
        // EAGAIN: nothing there. EIO: the other end of a terminal is closed, and may be opened again.
      }
      if (length === 0) break;
      this.receive(copyOf(this.#buffer, 0, length));
    }
    this.#schedule();
  }

  close(): void {
    clearTimeout(this.#timer);
    closeSync(this.#fd);
  }
}

/** Messages on `/dev/ipmb-N` (Linux ipmb-dev-int), or on a terminal that speaks its frames. */
export class IpmbDevice extends PolledLink {
  readonly #reader = new FrameReader();

  constructor(path: string) {
    super(path, constants.O_RDWR);
  }

  send(message: Uint8Array): void {
    this.write(concat([message.length], message));
  }

  protected receive(chunk: Uint8Array): void {
    for (const message of this.#reader.push(chunk)) this.onMessage?.(message);
  }
}

/**
 * Messages by I2C itself: sent as a master, received through a slave message queue (a file that gives one
 * message at a read, as Linux's slave-mqueue does). On the wire the destination's address is not a data byte.
 */
export class I2cIpmbLink extends PolledLink {
  readonly #own: number;
  readonly #transmit: (address: number, bytes: Uint8Array) => void | Promise<void>;

  /** `own` is the 8-bit address of the queue; `transmit` writes bytes to a 7-bit address. */
  constructor(
    queue: string,
    own: number,
    transmit: (address: number, bytes: Uint8Array) => void | Promise<void>,
  ) {
    super(queue, constants.O_RDONLY);
    this.#own = own;
    this.#transmit = transmit;
  }

  async send(message: Uint8Array): Promise<void> {
    await this.#transmit((message[0] ?? 0) >> 1, message.subarray(1));
    this.expect();
  }

  protected receive(chunk: Uint8Array): void {
    this.onMessage?.(concat([this.#own], chunk));
  }
}
