/** The UDP socket to one controller. */
import { createSocket, type Socket } from 'node:dgram';
import { IpmiError } from '../errors.ts';
import { decodePacket, type Packet } from './packet.ts';
import type { Exchange } from './session.ts';

/** Sends datagrams, runs the steps of a handshake with their retries, and hands over every packet that decodes. */
export class UdpLink {
  readonly #host: string;
  readonly #port: number;
  readonly #timeout: number;
  readonly #maxTimeout: number;
  readonly #patience: number;
  /** Receives every packet that decodes. */
  readonly #onPacket: (packet: Packet) => void;
  /** The host reported that the port is closed. */
  readonly #onRefused: () => void;
  #socket: Socket | undefined;
  #opening: Promise<void> | undefined;
  /** The step that is waiting for an answer. */
  #step: { readonly listen: (packet: Packet) => void; readonly fail: (error: IpmiError) => void } | undefined;
  #receivedAt = 0;
  #isClosed = false;

  /**
   * `timeout` is the wait of a step's first try in milliseconds; each further try waits twice as long, up to `maxTimeout`, and
   * all together at most `patience`.
   */
  constructor(
    options: {
      readonly host: string;
      readonly port: number;
      readonly timeout: number;
      readonly maxTimeout: number;
      readonly patience: number;
    },
    onPacket: (packet: Packet) => void,
    onRefused: () => void,
  ) {
    this.#host = options.host;
    this.#port = options.port;
    this.#timeout = options.timeout;
    this.#maxTimeout = options.maxTimeout;
    this.#patience = options.patience;
    this.#onPacket = onPacket;
    this.#onRefused = onRefused;
  }

  /** When the last answer to a step came, on the clock of `performance.now`. */
  get receivedAt(): number {
    return this.#receivedAt;
  }

  open(): Promise<void> {
    this.#opening ??= this.#bind().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  send(datagram: Buffer): void {
    this.#socket?.send(datagram);
  }

  /** Fails the step under way with `closed`, sends a last datagram, and closes the socket. */
  async close(last?: Buffer): Promise<void> {
    this.#isClosed = true;
    this.#step?.fail(new IpmiError('closed', 'the connection was closed'));
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket === undefined) return;
    if (last !== undefined) await new Promise((resolve) => socket.send(last, resolve));
    socket.removeAllListeners();
    socket.close();
  }

  /** One step of a hand-shake: fails `timeout`, `unreachable` or `closed`, or as `match` fails. */
  readonly exchange: Exchange = (what, datagram, match) =>
    new Promise((resolve, reject) => {
      let tries = 0;
      let waited = 0;
      let timer: NodeJS.Timeout | undefined;
      const end = (): void => {
        clearTimeout(timer);
        this.#step = undefined;
      };
      const fail = (error: unknown): void => {
        end();
        reject(error);
      };
      const attempt = (): void => {
        if (waited >= this.#patience) {
          fail(new IpmiError('timeout', `${what}: no answer after ${tries} tries`));
          return;
        }
        this.send(datagram());
        const wait = Math.min(this.#timeout * 2 ** tries, this.#maxTimeout, this.#patience - waited);
        timer = setTimeout(attempt, wait);
        waited += wait;
        tries++;
      };
      const listen = (packet: Packet): void => {
        try {
          const result = match(packet);
          if (result === undefined) return;
          this.#receivedAt = performance.now();
          end();
          resolve(result);
        } catch (error) {
          fail(error);
        }
      };
      this.#step = { listen, fail };
      if (this.#isClosed) fail(new IpmiError('closed', 'the connection was closed'));
      else attempt();
    });

  async #bind(): Promise<void> {
    const socket = createSocket(this.#host.includes(':') ? 'udp6' : 'udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(this.#port, this.#host, () => {
        socket.removeListener('error', reject);
        resolve();
      });
    }).catch((cause: unknown) => {
      socket.close();
      throw new IpmiError('unreachable', cause instanceof Error ? cause.message : 'no route', { cause });
    });
    if (this.#isClosed) {
      socket.close();
      throw new IpmiError('closed', 'the connection was closed');
    }
    // Room for a burst of 32 answers: a datagram dropped here costs a timeout.
    socket.setRecvBufferSize(256 * 1024);
    socket.on('message', (datagram) => {
      const packet = decodePacket(datagram);
      if (packet === undefined) return;
      this.#step?.listen(packet);
      this.#onPacket(packet);
    });
    socket.on('error', (cause: NodeJS.ErrnoException) => {
      this.#onRefused();
      const words = `the host reports the port as closed (${cause.code ?? cause.message}): is IPMI over LAN enabled?`;
      this.#step?.fail(new IpmiError('unreachable', words, { cause }));
    });
    this.#socket = socket;
  }
}
