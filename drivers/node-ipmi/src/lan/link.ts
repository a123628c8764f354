import { createSocket, type Socket } from 'node:dgram';
import { IpmiError } from '../errors.ts';
import { decodePacket, type Packet } from './packet.ts';
import type { Exchange } from './session.ts';

/** The socket to one controller, and the steps of a hand-shake over it. */
export class UdpLink {
  readonly #host: string;
  readonly #port: number;
  readonly #timeout: number;
  readonly #maxTimeout: number;
  readonly #patience: number;
  /** Gets every packet that decodes. */
  readonly #onPacket: (packet: Packet) => void;
  /** The host said that nobody listens there. */
  readonly #onRefused: () => void;
  #socket: Socket | undefined;
  #opening: Promise<void> | undefined;
  /** The step that waits for an answer. */
  #step: { readonly listen: (packet: Packet) => void; readonly fail: (error: IpmiError) => void } | undefined;
  #heardAt = 0;
  #isClosed = false;

  /**
   * `timeout` is that of a step's first try; each further one waits twice as long, up to `maxTimeout`, and all together
   * no longer than `patience`.
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
  get heardAt(): number {
    return this.#heardAt;
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

  /** Ends a step under way with `closed`, sends a last datagram, and lets go of the socket. */
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
          this.#heardAt = performance.now();
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
    // A datagram that is lost in a burst costs a time-out; a burst of 32 answers fits.
    socket.setRecvBufferSize(256 * 1024);
    socket.on('message', (datagram) => {
      const packet = decodePacket(datagram);
      if (packet === undefined) return;
      this.#step?.listen(packet);
      this.#onPacket(packet);
    });
    socket.on('error', (cause: NodeJS.ErrnoException) => {
      this.#onRefused();
      const words = `nobody answers there (${cause.code ?? cause.message})`;
      this.#step?.fail(new IpmiError('unreachable', words, { cause }));
    });
    this.#socket = socket;
  }
}
