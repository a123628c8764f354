/** The connection to one controller: opened on demand, kept open, with the time of the last answer. */
import { IpmiError, type Target } from 'node-ipmi';
import type { NodeFacts } from '../../platform/vocabulary/index.ts';
import type { IpmiConnection, IpmiTransports } from './transports.ts';

export interface NodeConnectionParts {
  readonly transports: IpmiTransports;
  /** The node is not polled: requests fail, and answers do not count. */
  readonly isSuspended: () => boolean;
  /** The daemon stops: a connection that opens only now is closed at once. */
  readonly isStopped: () => boolean;
  /** The controller has answered. */
  readonly received: () => void;
}

export class NodeConnection {
  readonly #facts: NodeFacts;
  readonly #parts: NodeConnectionParts;
  #connection: IpmiConnection | null = null;
  #opening: Promise<IpmiConnection> | null = null;
  /** When the controller last answered, or polling began, on the monotonic clock. */
  #answeredAt = Number.NEGATIVE_INFINITY;
  #outstanding = 0;
  /** A request has been sent since the last answer. */
  #isAnswerDue = false;

  constructor(facts: NodeFacts, parts: NodeConnectionParts) {
    this.#facts = facts;
    this.#parts = parts;
  }

  get isOpen(): boolean {
    return this.#connection !== null;
  }

  /** Polling begins: silence before `now` does not count. */
  startPolling(now: number): void {
    this.#answeredAt = now;
  }

  get isPolled(): boolean {
    return this.#answeredAt !== Number.NEGATIVE_INFINITY;
  }

  /** How long an answer has been due, milliseconds. */
  silence(now: number): number {
    return this.#isAnswerDue ? now - this.#answeredAt : 0;
  }

  /** All callers share one connection. @throws DeviceError */
  open(): Promise<IpmiConnection> {
    if (this.#connection !== null) return Promise.resolve(this.#connection);
    this.#opening ??= this.#parts.transports
      .open(this.#facts)
      .then(async (connection) => {
        if (!this.#parts.isStopped()) this.#connection = connection;
        else await connection.close();
        return connection;
      })
      .finally(() => {
        this.#opening = null;
      });
    return this.#opening;
  }

  /** The controller; each of its answers shows that it is reachable. @throws DeviceError */
  async target(): Promise<Target> {
    return this.#observed(await this.open());
  }

  /** As `target`, if a connection is open already. */
  get openTarget(): Target | null {
    return this.#connection === null ? null : this.#observed(this.#connection);
  }

  /** Fails what is in progress. The next request opens a new connection. */
  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = null;
    this.#isAnswerDue = false;
    await connection?.close().catch(() => undefined);
  }

  #observed({ target }: IpmiConnection): Target {
    return {
      ...(target.address === undefined ? {} : { address: target.address }),
      send: async (request) => {
        if (this.#parts.isSuspended()) throw new IpmiError('closed', 'the node is not polled any more');
        this.#isAnswerDue = true;
        this.#outstanding += 1;
        const answer = await target.send(request).finally(() => {
          this.#outstanding -= 1;
        });
        if (!this.#parts.isSuspended()) {
          this.#answeredAt = performance.now();
          this.#isAnswerDue = this.#outstanding > 0;
          this.#parts.received();
        }
        return answer;
      },
    };
  }
}
