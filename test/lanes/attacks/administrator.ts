/** An administrator at work: polls, writes and logs in, and notes how long each answer took. */
import { Agent, request } from 'node:https';
import { testPassword, testUser } from '../../support/client.ts';

const sessions = '/redfish/v1/SessionService/Sessions';
const system = '/redfish/v1/Systems/system';
/** Milliseconds between two requests of each kind. */
const periods = { poll: 50, write: 500, login: 1_000 };

export interface Figures {
  readonly count: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
  /** Requests that got no answer, or another one than they should. */
  readonly failed: readonly string[];
}

export class Administrator {
  readonly #url: string;
  readonly #localAddress: string;
  readonly #agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  #token = '';
  #times: number[] = [];
  #failed: string[] = [];

  constructor(url: string, localAddress: string) {
    this.#url = url;
    this.#localAddress = localAddress;
  }

  async begin(): Promise<void> {
    this.#token = (await this.#login()).token;
  }

  /** Works until `during` has settled. */
  async work(during: Promise<unknown>): Promise<Figures> {
    this.#times = [];
    this.#failed = [];
    let goesOn = true;
    const end = during.finally(() => {
      goesOn = false;
    });
    const repeat = async (period: number, one: () => Promise<void>): Promise<void> => {
      while (goesOn) {
        const begun = performance.now();
        await one().catch((error: unknown) => this.#failed.push(String(error)));
        this.#times.push(performance.now() - begun);
        await new Promise((resolve) => setTimeout(resolve, period));
      }
    };
    await Promise.all([
      end,
      repeat(periods.poll, () => this.#expect(200, 'GET', system)),
      repeat(periods.write, () => this.#expect(200, 'PATCH', system, { AssetTag: String(Math.random()) })),
      repeat(periods.login, async () => {
        const { location } = await this.#login();
        await this.#ask('DELETE', location);
      }),
    ]);
    const sorted = this.#times.sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return {
      count: sorted.length,
      p50: at(0.5),
      p95: at(0.95),
      max: sorted.at(-1) ?? 0,
      failed: this.#failed,
    };
  }

  /** Returns the body of an answer. */
  async get(path: string): Promise<unknown> {
    return JSON.parse((await this.#ask('GET', path)).text) as unknown;
  }

  async post(path: string, body: object): Promise<number> {
    return (await this.#ask('POST', path, body)).status;
  }

  close(): void {
    this.#agent.destroy();
  }

  async #login(): Promise<{ readonly token: string; readonly location: string }> {
    const answer = await this.#ask('POST', sessions, { UserName: testUser, Password: testPassword }, false);
    if (answer.status !== 201) throw new Error(`login: ${answer.status}`);
    return { token: answer.token, location: answer.location };
  }

  async #expect(status: number, method: string, path: string, body?: object): Promise<void> {
    const answer = await this.#ask(method, path, body);
    if (answer.status !== status) throw new Error(`${method} ${path}: ${answer.status}`);
  }

  /** A login comes over a connection of its own. */
  #ask(method: string, path: string, body?: object, known = true) {
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    return new Promise<{ status: number; token: string; location: string; text: string }>(
      (resolve, reject) => {
        request(
          `${this.#url}${path}`,
          {
            method,
            agent: known ? this.#agent : false,
            rejectUnauthorized: false,
            localAddress: this.#localAddress,
            timeout: 30_000,
            headers: {
              ...(known ? { 'X-Auth-Token': this.#token } : {}),
              ...(payload === undefined ? {} : { 'Content-Type': 'application/json' }),
            },
          },
          (answer) => {
            let text = '';
            answer.setEncoding('utf8').on('data', (part: string) => {
              text += part;
            });
            answer.on('end', () =>
              resolve({
                status: answer.statusCode ?? 0,
                token: String(answer.headers['x-auth-token'] ?? ''),
                location: String(answer.headers.location ?? ''),
                text,
              }),
            );
          },
        )
          .on('error', reject)
          .end(payload);
      },
    );
  }
}
