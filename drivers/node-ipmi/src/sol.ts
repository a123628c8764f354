/** The client side of serial over LAN, as a stream. */
import { Duplex } from 'node:stream';
import { concat } from './bytes.ts';
import { run } from './command.ts';
import { activatePayload, deactivatePayload, type SolActivation } from './commands/payload.ts';
import { IpmiError } from './errors.ts';
import type { LanClient } from './lan/client.ts';
import { PAYLOAD } from './lan/packet.ts';
import { decodeSol, encodeSol, nextSolSequence, SOL_FLAGS, type SolPacket } from './sol-packet.ts';

export interface SolOptions {
  /** Ends another console's session on the line, where there is one. */
  readonly takeover?: boolean;
  /** Milliseconds until unacknowledged characters are sent again, and how often. */
  readonly retry?: number;
  readonly retries?: number;
}

const INSTANCE = 1;
const NO_DATA = new Uint8Array();

/** A packet on its way to the controller. */
interface Outgoing {
  readonly data: Uint8Array;
  readonly flags: number;
  readonly done: (error?: Error) => void;
}

/**
 * A host's serial console over the network (IPMI v2.0, section 15): a duplex stream of bytes. What is written
 * counts as written when the controller has taken it; a reader that is slow makes the controller wait. Ends
 * when the controller ends it (another console took over); fails with an IpmiError when the session is lost.
 */
export class SolStream extends Duplex {
  readonly #client: LanClient;
  readonly #retry: number;
  readonly #retries: number;
  readonly #size: number;
  #sequence = 0;
  #current: Outgoing | undefined;
  readonly #queue: Outgoing[] = [];
  #sent: Uint8Array = NO_DATA;
  #tries = 0;
  #timer: NodeJS.Timeout | undefined;
  #received = 0;
  /** Characters of the last packet that were accepted. */
  #accepted = 0;
  #isFull = false;
  /** Another console has the line: deactivating it would end that console. */
  #isOver = false;

  /** Use `openSol`. */
  constructor(client: LanClient, activation: SolActivation, options: SolOptions) {
    // The same on every Node release: unread characters wait in the controller, not here.
    super({ allowHalfOpen: false, readableHighWaterMark: 16 * 1024 });
    this.#client = client;
    this.#retry = options.retry ?? 250;
    this.#retries = options.retries ?? 8;
    // The stated size includes the head; some controllers state one that no packet can have.
    this.#size = Math.max(1, Math.min(activation.maxInbound, 0xff) - 4);
    client.onPayload(PAYLOAD.sol, {
      receive: (payload) => this.#receive(payload),
      end: (error) => {
        this.#isOver = true;
        this.destroy(error);
      },
    });
  }

  /** Sends a break to the host. */
  sendBreak(): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (error?: Error): void => (error === undefined ? resolve() : reject(error));
      this.#queue.push({ data: NO_DATA, flags: SOL_FLAGS.sendBreak, done });
      this.#next();
    });
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#queue.push({ data: chunk, flags: 0, done });
    this.#next();
  }

  override _read(): void {
    if (!this.#isFull || this.#isOver) return;
    this.#isFull = false;
    // Allows the controller to repeat what was refused.
    this.#transmit({
      sequence: 0,
      acknowledged: this.#received,
      accepted: this.#accepted,
      flags: 0,
      data: NO_DATA,
    });
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#timer);
    const closed = new IpmiError('closed', 'the console was closed');
    for (const open of [this.#current, ...this.#queue.splice(0)]) open?.done(error ?? closed);
    this.#current = undefined;
    if (this.#isOver) {
      done(error);
      return;
    }
    this.#isOver = true;
    this.#client.onPayload(PAYLOAD.sol, undefined);
    run(this.#client, deactivatePayload, { type: PAYLOAD.sol, instance: INSTANCE })
      .catch(() => undefined)
      .finally(() => done(error));
  }

  #transmit(packet: SolPacket): void {
    this.#client.sendPayload(PAYLOAD.sol, encodeSol(packet)).catch((error: Error) => this.destroy(error));
  }

  #next(): void {
    if (this.#current !== undefined) return;
    this.#current = this.#queue.shift();
    if (this.#current !== undefined) this.#begin(this.#current.data.subarray(0, this.#size));
  }

  #begin(data: Uint8Array): void {
    this.#sequence = nextSolSequence(this.#sequence);
    this.#sent = data;
    this.#tries = 0;
    this.#attempt();
  }

  #attempt(): void {
    const { flags = 0 } = this.#current ?? {};
    this.#transmit({ sequence: this.#sequence, acknowledged: 0, accepted: 0, flags, data: this.#sent });
    this.#tries++;
    this.#timer = setTimeout(() => {
      if (this.#tries <= this.#retries) this.#attempt();
      else this.destroy(new IpmiError('timeout', `the console took nothing after ${this.#tries} tries`));
    }, this.#retry);
  }

  #receive(payload: Buffer): void {
    const packet = decodeSol(payload);
    if (packet === undefined) return;
    if (packet.acknowledged !== 0) this.#acknowledged(packet);
    if (packet.sequence !== 0) this.#acceptData(packet);
    if (packet.flags & SOL_FLAGS.deactivated && !this.#isOver) {
      this.#isOver = true;
      this.#client.onPayload(PAYLOAD.sol, undefined);
      this.push(null);
    }
  }

  #acknowledged({ acknowledged, accepted, flags }: SolPacket): void {
    const current = this.#current;
    if (current === undefined || acknowledged !== this.#sequence) return;
    clearTimeout(this.#timer);
    const rest = current.data.subarray(Math.min(accepted, this.#sent.length));
    const isRefused = (flags & SOL_FLAGS.nack) !== 0;
    if (rest.length === 0 && !isRefused) {
      this.#current = undefined;
      current.done();
      this.#next();
      return;
    }
    this.#current = { ...current, data: rest };
    const again = (): void => this.#begin(rest.subarray(0, this.#size));
    // Refused characters are offered again after a while: the line is busy, not gone.
    if (isRefused) this.#timer = setTimeout(again, this.#retry);
    else again();
  }

  #acceptData({ sequence, data }: SolPacket): void {
    const isNew = sequence !== this.#received;
    if (isNew && this.#isFull) {
      const refusal = {
        sequence: 0,
        acknowledged: sequence,
        accepted: 0,
        flags: SOL_FLAGS.nack,
        data: NO_DATA,
      };
      this.#transmit(refusal);
      return;
    }
    if (isNew) {
      this.#received = sequence;
      this.#accepted = data.length;
      if (data.length > 0) this.#isFull = !this.push(concat(data));
    }
    this.#transmit({
      sequence: 0,
      acknowledged: sequence,
      accepted: this.#accepted,
      flags: 0,
      data: NO_DATA,
    });
  }
}

/** Opens the console of the host behind a controller. Fails `completion` with code 0x80 where another has it. */
export async function openSol(client: LanClient, options: SolOptions = {}): Promise<SolStream> {
  const { encrypted } = await client.protection();
  const request = { type: PAYLOAD.sol, instance: INSTANCE, encrypt: encrypted, authenticate: encrypted };
  try {
    return new SolStream(client, await run(client, activatePayload, request), options);
  } catch (error) {
    const isTaken = error instanceof IpmiError && error.kind === 'completion' && error.code === 0x80;
    if (!isTaken || options.takeover !== true) throw error;
  }
  await run(client, deactivatePayload, { type: PAYLOAD.sol, instance: INSTANCE });
  return new SolStream(client, await run(client, activatePayload, request), options);
}
