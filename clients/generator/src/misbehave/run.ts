/** One run of one vector: a service of its own on a port of its own, which follows the script and notes what it sees. */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { type Certificate, selfSigned } from './certificate.ts';
import { partsOf, type RawRequest, requestsOf } from './http.ts';
import { judge, type RunReport, type SeenRequest } from './judge.ts';
import { password, type ReceivedRequest, StandardService, user } from './standard.ts';
import type { Json, Rule, ScriptedAnswer, Vector } from './vector.ts';
import { sendAnswer } from './wire.ts';

const jsonOf = (request: RawRequest): Json => {
  try {
    return JSON.parse(request.body.toString('utf8'));
  } catch {
    return undefined;
  }
};

const portOf = (server: Server): number => {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
};

const listen = (server: Server): Promise<void> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

/** The scripted answers of each rule, one after the other. */
class Script {
  readonly #rules: { rule: Rule; given: number }[];

  constructor(rules: readonly Rule[]) {
    this.#rules = rules.map((rule) => ({ rule, given: 0 }));
  }

  next({ method, uri, headers }: ReceivedRequest): ScriptedAnswer | undefined {
    const entry = this.#rules.find(
      ({ rule }) =>
        rule.method === method &&
        rule.uri === uri &&
        Object.entries(rule.headers ?? {}).every(
          ([name, value]) => (headers[name.toLowerCase()] ?? null) === value,
        ),
    );
    if (!entry) return undefined;
    let place = entry.given;
    entry.given += 1;
    const answer = entry.rule.answers.find((candidate) => {
      place -= candidate.times ?? 1;
      return place < 0;
    });
    return answer ?? entry.rule.answers.at(-1);
  }
}

export class Run {
  readonly #certificate: Certificate = selfSigned();
  readonly #other = createServer((socket) => void this.#serve(socket, this.#elsewhere));
  readonly #sockets = new Set<Socket>();
  readonly #seen: SeenRequest[] = [];
  readonly #elsewhere: SeenRequest[] = [];
  readonly #started = performance.now();
  #server: Server | TlsServer;
  #vector: Vector;
  #script = new Script([]);
  #standard: StandardService;
  #inFlight = 0;
  #mostInFlight = 0;

  private constructor(vector: Vector) {
    this.#vector = vector;
    this.#standard = new StandardService(vector.service);
    const accept = (socket: Socket): void => void this.#serve(socket, this.#seen);
    const { cert, key } = this.#certificate;
    this.#server = vector.service.tls ? createTlsServer({ cert, key }, accept) : createServer(accept);
    this.#server.on('tlsClientError', () => {});
  }

  static async start(vector: Vector): Promise<Run> {
    const run = new Run(vector);
    await Promise.all([listen(run.#server), listen(run.#other)]);
    run.#vector = run.#filled(vector);
    run.#script = new Script(run.#vector.service.rules ?? []);
    run.#standard = new StandardService(run.#vector.service);
    return run;
  }

  /** The vector with the placeholders of this run filled in. */
  get vector(): Vector {
    return this.#vector;
  }

  get url(): string {
    return `${this.#vector.service.tls ? 'https' : 'http'}://127.0.0.1:${portOf(this.#server)}`;
  }

  #filled(vector: Vector): Vector {
    const values: Record<string, string> = {
      ...{ url: this.url, other: `http://127.0.0.1:${portOf(this.#other)}`, user, password },
      ...{ ca: this.#certificate.cert, fingerprint: this.#certificate.fingerprint },
    };
    const fill = (_name: string, value: Json): Json =>
      typeof value === 'string' ? value.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole) : value;
    return JSON.parse(JSON.stringify(vector), fill) as Vector;
  }

  /** `renewCertificate`: the service shows another one from now on; `dropConnections`: as in a restart. */
  change(what: string): void {
    if (what === 'renewCertificate' && 'setSecureContext' in this.#server) {
      const { cert, key } = selfSigned();
      this.#server.setSecureContext({ cert, key });
      this.#drop();
    } else if (what === 'dropConnections') {
      this.#drop();
    } else {
      throw new Error(`the service cannot ${what}: it can renewCertificate and dropConnections`);
    }
  }

  judge(report: RunReport): string[] {
    return judge(this.#vector, report, this.#seen, this.#elsewhere, this.#mostInFlight);
  }

  /** The requests so far, for diagnosis of a failure. */
  get requests(): readonly SeenRequest[] {
    return this.#seen;
  }

  stop(): void {
    this.#server.close();
    this.#other.close();
    this.#drop();
  }

  #drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #serve(socket: Socket, log: SeenRequest[]): Promise<void> {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    try {
      for await (const request of requestsOf(socket)) {
        const asked = {
          method: request.method,
          uri: request.uri,
          headers: request.headers,
          body: jsonOf(request),
        };
        const parts = partsOf(request.headers['content-type'] ?? '', request.body);
        log.push({ ...asked, time: (performance.now() - this.#started) / 1000, ...(parts ? { parts } : {}) });
        this.#inFlight += 1;
        this.#mostInFlight = Math.max(this.#mostInFlight, this.#inFlight);
        const again = await sendAnswer(socket, this.#answer(asked)).finally(() => {
          this.#inFlight -= 1;
        });
        if (!again) return;
      }
    } catch {
      // A connection that breaks ends its own requests only.
    }
  }

  #answer(asked: ReceivedRequest): ScriptedAnswer {
    const scripted = this.#script.next(asked);
    if (scripted && !scripted.standard) {
      if (scripted.endSessions) this.#standard.endSessions();
      return scripted;
    }
    return this.#standard.refusal(asked) ?? this.#standard.answer(asked);
  }
}
