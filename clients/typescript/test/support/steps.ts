/** Runs the steps of a vector with this library: the table of `do` → call. */
import { inspect } from 'node:util';
import type { Step, StepOutcome, Vector } from '../../../generator/src/misbehave/vector.ts';
import {
  type ConnectOptions,
  connect,
  type Exchange,
  memoryPins,
  type Outcome,
  type RedfishClient,
  RedfishError,
  valueAt,
} from '../../src/index.ts';

type Settings = Readonly<Record<string, unknown>>;

const text = (value: unknown): string => String(value ?? '');
const list = (value: unknown): string[] | undefined => (Array.isArray(value) ? value.map(String) : undefined);

/** The options of a client by the settings of a vector. */
function optionsOf(settings: Settings, defaults: { user: string; password: string }): ConnectOptions {
  const {
    user = defaults.user,
    password = defaults.password,
    authentication,
    strict,
    concurrency,
    retry,
    timeouts,
    tls,
  } = settings;
  return {
    ...(user === null ? {} : { credentials: { user: text(user), password: text(password) } }),
    ...({ authentication, strict, concurrency, timeouts } as object),
    retry: { base: 0.01, ...(retry as object) },
    tls: tls as object,
  };
}

/** The state of one run. */
export class Steps {
  readonly #values = new Map<string, unknown>();
  readonly #clients: RedfishClient[] = [];
  readonly #exchanges: Exchange[] = [];
  readonly #options: ConnectOptions;
  readonly #url: string;
  readonly #change: (change: unknown) => Promise<void>;
  #error: unknown;

  constructor(
    url: string,
    vector: Vector,
    extra: ConnectOptions,
    change: (change: unknown) => Promise<void>,
  ) {
    this.#url = url;
    this.#change = change;
    const options = optionsOf(vector.client ?? {}, { user: 'admin', password: 'Vexing-Tapir-12-quartz' });
    const record = { record: (exchange: Exchange) => void this.#exchanges.push(exchange) };
    this.#options = { ...options, ...extra, record, tls: { pins: memoryPins(), ...options.tls } };
  }

  get findings(): string[] {
    return this.#clients.flatMap((client) => client.findings.map(({ kind }) => kind));
  }

  async run(step: Step): Promise<StepOutcome> {
    try {
      const value = await this.#value(step);
      if (step.as !== undefined) this.#values.set(step.as, value);
      return { value: this.#shown(value) };
    } catch (error) {
      this.#error = error;
      if (!(error instanceof RedfishError)) throw error;
      const { kind, status, message, properties, retryAfter, fingerprint } = error;
      const messages = error.messages.map(({ key }) => key);
      return {
        error: {
          kind,
          message,
          messages,
          properties,
          ...(status === undefined ? {} : { status }),
          retryAfter,
          fingerprint,
        },
      };
    }
  }

  async close(): Promise<void> {
    for (const client of this.#clients) await client.close();
  }

  /** What a runner sends as the value. */
  #shown(value: unknown): unknown {
    if (value === undefined) return null;
    if (value instanceof Date) return value.toISOString();
    const outcome = value as Partial<Outcome>;
    if (Array.isArray(outcome?.messages) && 'task' in outcome) {
      const { status, body, location, ignored } = outcome;
      return { status, body, location, ignored, ...('sent' in outcome ? { sent: outcome.sent } : {}) };
    }
    return value;
  }

  get #client(): RedfishClient {
    const client = this.#clients.at(-1);
    if (!client) throw new RedfishError('usage', 'there is no client: connect failed');
    return client;
  }

  #at({ uri, on }: Step): { '@odata.id'?: string } | string {
    return on === undefined ? text(uri) : (this.#values.get(text(on)) as object);
  }

  async #value(step: Step): Promise<unknown> {
    const json = (step.json ?? {}) as object;
    switch (step.do) {
      case 'connect': {
        const client = await connect(this.#url, this.#options);
        this.#clients.push(client);
        return client.root;
      }
      case 'get': {
        const previous = this.#values.get(text(step.previous)) as object | undefined;
        return this.#client.get(this.#at(step), previous ? { previous } : {});
      }
      case 'patch':
        return this.#client.patch(this.#at(step), json);
      case 'put':
        return this.#client.put(this.#at(step), json);
      case 'post':
        return this.#client.post(this.#at(step), json);
      case 'create':
        return this.#client.create(this.#at(step), json);
      case 'delete':
        return this.#client.delete(this.#at(step));
      case 'action':
        return this.#client.action(this.#at(step), text(step.name), step.parameters as object);
      case 'members':
        return this.#members(step);
      case 'wait':
        return this.#wait(step);
      case 'events':
        return this.#events(step);
      case 'update':
        return this.#update(step);
      case 'parallel':
        return Promise.all(
          (step.steps as Step[]).map(async (inner) => this.#shown(await this.#value(inner))),
        );
      case 'change':
        return this.#change(step.change);
      case 'lenient': {
        const reader = this.#client.lenient(this.#values.get(text(step.on)) as object);
        return reader[step.type as 'number'](text(step.path));
      }
      case 'recording':
        return this.#exchanges;
      case 'text':
        return [this.#client, this.#options.record, this.#error]
          .map((item) => `${item} ${inspect(item, { depth: 9 })}`)
          .join('\n');
      case 'close':
        return this.#client.close();
      default:
        throw new Error(`the vectors have a step "${step.do}", which this runner lacks`);
    }
  }

  async #members({ uri, limit, expand, select, filter }: Step): Promise<unknown[]> {
    const found: unknown[] = [];
    const options = {
      ...(limit === undefined ? {} : { limit: Number(limit) }),
      ...(expand === false ? { expand: false } : {}),
      ...(list(select) ? { select: list(select) as string[] } : {}),
      ...(filter === undefined ? {} : { filter: text(filter) }),
    };
    for await (const member of this.#client.members(text(uri), options)) found.push(member);
    return found;
  }

  async #wait({ uri, on, interval, timeout, outage }: Step): Promise<unknown> {
    const percents: number[] = [];
    const options = {
      ...({ interval, timeout, outage } as object),
      onProgress: ({ percent }: { percent: number | undefined }) => {
        if (percent !== undefined && percents.at(-1) !== percent) percents.push(percent);
      },
    };
    const handle =
      on === undefined ? this.#client.task(text(uri)) : (this.#values.get(text(on)) as Outcome).task;
    if (!handle) throw new Error('the outcome has no task');
    const { body, task } = await handle.wait(options);
    return { state: valueAt(task, 'TaskState'), body: body ?? null, percents };
  }

  async #events({ uri, count }: Step): Promise<unknown[]> {
    const found: unknown[] = [];
    for await (const record of this.#client.events(uri === undefined ? {} : { uri: text(uri) })) {
      found.push(record);
      if (found.length >= Number(count)) break;
    }
    return found;
  }

  async #update({ size, parameters }: Step): Promise<unknown> {
    let sent = 0;
    const total = Number(size);
    const file = {
      ...{ name: 'image.bin', size: total },
      open: async function* () {
        for (let left = total; left > 0; left -= 65_536) yield new Uint8Array(Math.min(left, 65_536));
      },
    };
    const outcome = await this.#client.update(file, {
      parameters: parameters as { [name: string]: unknown },
      onProgress: (bytes) => {
        sent = bytes;
      },
    });
    return { ...outcome, sent };
  }
}
