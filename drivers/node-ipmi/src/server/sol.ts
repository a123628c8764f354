/** The server side of serial over LAN. */
import { concat } from '../bytes.ts';
import { decodeSol, encodeSol, nextSolSequence, SOL_FLAGS, type SolPacket } from '../sol-packet.ts';
import type { SerialModel } from './node.ts';

/** How often unacknowledged characters are sent again. */
const RETRIES = 7;
/** Characters that wait for the console; older ones are dropped beyond that, as a serial line does. */
const BUFFER = 64 * 1024;

/** The controller's side of serial over LAN: characters between a host's serial line and one session. */
export class SolServer {
  /** Most bytes in a payload, head included. */
  static readonly maxPayload = 204;
  readonly #serial: SerialModel;
  readonly #send: (payload: Uint8Array) => void;
  readonly #stop: () => void;
  readonly #retry: number;
  #waiting: Uint8Array = new Uint8Array();
  #sequence = 0;
  /** Packet that is not acknowledged yet: one at a time. */
  #open: Uint8Array | undefined;
  #tries = 0;
  #timer: NodeJS.Timeout | undefined;
  #lastReceived = 0;
  #isClosed = false;
  #isPaused = false;

  /** `retry` is the time in milliseconds after which characters are sent again. */
  constructor(serial: SerialModel, retry: number, send: (payload: Uint8Array) => void) {
    this.#retry = retry;
    this.#serial = serial;
    this.#send = send;
    this.#stop = serial.onData((data) => {
      this.#waiting = concat(this.#waiting, data).subarray(-BUFFER);
      this.#next();
    });
  }

  receive(payload: Uint8Array): void {
    const packet = decodeSol(payload);
    if (packet === undefined || this.#isClosed) return;
    if (packet.acknowledged !== 0) this.#acknowledged(packet);
    if (packet.sequence === 0) return;
    if (packet.sequence !== this.#lastReceived) {
      this.#lastReceived = packet.sequence;
      if (packet.flags & SOL_FLAGS.sendBreak) this.#serial.sendBreak?.();
      if (packet.data.length > 0) this.#serial.write(packet.data);
    }
    this.#send(
      encodeSol({
        sequence: 0,
        acknowledged: packet.sequence,
        accepted: packet.data.length,
        flags: 0,
        data: new Uint8Array(),
      }),
    );
  }

  /** Releases the line; notifies the console unless the controller was reset. */
  close(isSilent = false): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#stop();
    if (isSilent) return;
    this.#send(
      encodeSol({
        sequence: 0,
        acknowledged: 0,
        accepted: 0,
        flags: SOL_FLAGS.deactivated,
        data: new Uint8Array(),
      }),
    );
  }

  #acknowledged({ acknowledged, accepted, flags }: SolPacket): void {
    if (this.#open === undefined || acknowledged !== this.#sequence) return;
    const isRefused = (flags & SOL_FLAGS.nack) !== 0;
    clearTimeout(this.#timer);
    // What the console did not take is sent again, under a new number.
    this.#waiting = concat(this.#open.subarray(Math.min(accepted, this.#open.length)), this.#waiting);
    this.#open = undefined;
    this.#isPaused = isRefused;
    if (isRefused) {
      this.#timer = setTimeout(() => {
        this.#isPaused = false;
        this.#next();
      }, this.#retry);
    } else {
      this.#next();
    }
  }

  #next(): void {
    if (this.#open !== undefined || this.#waiting.length === 0 || this.#isClosed || this.#isPaused) return;
    const size = SolServer.maxPayload - 4;
    this.#open = this.#waiting.subarray(0, size);
    this.#waiting = this.#waiting.subarray(size);
    this.#sequence = nextSolSequence(this.#sequence);
    this.#tries = 0;
    this.#transmit();
  }

  #transmit(): void {
    if (this.#open === undefined) return;
    this.#send(
      encodeSol({ sequence: this.#sequence, acknowledged: 0, accepted: 0, flags: 0, data: this.#open }),
    );
    this.#tries++;
    this.#timer = setTimeout(() => {
      // These characters are dropped; the console gets the next ones when it answers again.
      if (this.#tries > RETRIES) this.#open = undefined;
      else this.#transmit();
    }, this.#retry);
  }
}
