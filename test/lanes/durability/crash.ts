/**
 * Events while everything fails: the daemon is killed with -9, receivers go away, streams break, the disk is full. Whatever
 * was acknowledged reaches each subscriber at least once, in order.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type EventRecord,
  openStream,
  type Receiver,
  type StreamReader,
  startReceiver,
} from '../../support/events.ts';
import { type SpawnedDaemon, spawnDaemon } from '../../support/process.ts';
import { until } from '../../support/until.ts';

const service = '/redfish/v1/EventService';
const messageId = 'ResourceEvent.1.4.TestMessage';

export interface CrashReport {
  /** Acknowledged ones. */
  readonly events: number;
  /** Of the daemon, of a receiver, and of a stream. */
  readonly kills: number;
  readonly hangups: number;
  readonly fills: number;
  /** Deliveries of an event that the subscriber had had already. */
  readonly repeats: number;
  /** What is wrong, in words. */
  readonly losses: readonly string[];
}

/** What one subscriber has got, over all of its lives. */
class Got {
  readonly name: string;
  readonly first: EventRecord[] = [];
  readonly #seen = new Set<string>();
  repeats = 0;

  constructor(name: string) {
    this.name = name;
  }

  take(records: readonly EventRecord[]): void {
    for (const record of records) {
      if (this.#seen.has(record.EventId)) this.repeats++;
      else {
        this.#seen.add(record.EventId);
        this.first.push(record);
      }
    }
  }
}

/** A receiver that can be away for a while, on one port. */
class Flaky {
  readonly got: Got;
  #receiver: Receiver | undefined;
  #port = 0;
  #taken = 0;

  constructor(name: string) {
    this.got = new Got(name);
  }

  async open(): Promise<string> {
    this.#receiver = await startReceiver(this.#port);
    this.#taken = 0;
    const { url } = this.#receiver;
    this.#port = Number(new URL(url).port);
    return url;
  }

  look(): void {
    const { payloads = [] } = this.#receiver ?? {};
    for (const { Events = [] } of payloads.slice(this.#taken)) this.got.take(Events);
    this.#taken = payloads.length;
  }

  async close(): Promise<void> {
    await this.#receiver?.close();
    this.look();
    this.#receiver = undefined;
  }
}

/** A stream that is opened again where it broke off. */
class Follower {
  readonly got = new Got('the stream');
  #reader: StreamReader | undefined;
  #taken = 0;
  #last = '';

  async open(url: string): Promise<void> {
    const headers: Record<string, string> = this.#last === '' ? {} : { 'Last-Event-ID': this.#last };
    const reader = await openStream(url, undefined, headers);
    // From then on it knows where to go on.
    await until('the beginning of the stream', () => reader.last !== '').catch(() => undefined);
    this.#reader = reader;
    this.#taken = 0;
  }

  look(): void {
    const { payloads = [], last = '' } = this.#reader ?? {};
    for (const { Events = [] } of payloads.slice(this.#taken)) this.got.take(Events);
    this.#taken = payloads.length;
    if (last !== '') this.#last = last;
  }

  close(): void {
    this.look();
    this.#reader?.close();
    this.#reader = undefined;
  }
}

export interface CrashOptions {
  readonly state: string;
  /** A file system that can be filled, below which `state` is; undefined where none could be made. */
  readonly disk: string | undefined;
  readonly events: number;
  readonly kills: number;
}

export async function crashWhileTelling({ state, disk, events, kills }: CrashOptions): Promise<CrashReport> {
  const acknowledged: string[] = [];
  const count = { kills: 0, hangups: 0, fills: 0, sent: 0 };
  const receivers = [new Flaky('the first receiver'), new Flaky('the second receiver')];
  const follower = new Follower();
  const urls = await Promise.all(receivers.map((receiver) => receiver.open()));
  const look = () => {
    for (const receiver of receivers) receiver.look();
    follower.look();
  };

  let daemon = await spawnDaemon({ state });
  await daemon.send('PATCH', service, { DeliveryRetryIntervalSeconds: 1 });
  for (const Destination of urls) {
    const answer = await daemon.send('POST', `${service}/Subscriptions`, {
      Destination,
      Protocol: 'Redfish',
    });
    if (answer.status !== 201) throw new Error(answer.text);
  }
  await follower.open(daemon.url);
  const submit = async (to: SpawnedDaemon): Promise<boolean> => {
    const text = `event ${++count.sent}`;
    const action = `${service}/Actions/EventService.SubmitTestEvent`;
    const body = { MessageId: messageId, Message: text };
    const answer = await to.send('POST', action, body).catch(() => null);
    if (answer !== null && answer.status < 300) acknowledged.push(text);
    return answer !== null;
  };

  while (acknowledged.length < events || count.kills < kills) {
    const target = acknowledged.length + (events / kills) * 2 * Math.random();
    const wall = performance.now() + 5_000;
    const filled = disk !== undefined && Math.random() < 0.3;
    if (filled) {
      count.fills++;
      fill(disk);
    }
    let alive = true;
    const work = Promise.all(
      [1, 2, 3].map(async () => {
        while (alive && acknowledged.length < target && performance.now() < wall)
          if (!(await submit(daemon))) return;
      }),
    );
    await pause(Math.random() * 100);
    const away = receivers[Math.floor(Math.random() * receivers.length)];
    if (away !== undefined && Math.random() < 0.5) {
      count.hangups++;
      await away.close();
      await pause(Math.random() * 200);
      await away.open();
    }
    if (filled) rmSync(join(disk, 'filler'), { force: true });
    if (Math.random() < 0.5) {
      count.hangups++;
      follower.close();
      await follower.open(daemon.url);
    }
    await Promise.race([work, pause(5_000)]);
    alive = false;
    await daemon.kill('SIGKILL');
    count.kills++;
    await work;
    look();
    follower.close();
    daemon = await spawnDaemon({ state });
    await follower.open(daemon.url);
  }

  const wanted = new Set(acknowledged);
  const missing = ({ first }: Got): string[] => {
    const have = new Set(first.map(({ Message }) => Message));
    return [...wanted].filter((text) => !have.has(text));
  };
  const all = [...receivers.map(({ got }) => got), follower.got];
  await until(
    () => `all events, not without ${all.map((got) => `${missing(got).length} of ${got.name}`).join(', ')}`,
    () => {
      look();
      return all.every((got) => missing(got).length === 0);
    },
    30_000,
  ).catch(() => undefined);
  await daemon.kill();
  for (const receiver of receivers) await receiver.close();
  follower.close();
  const losses = all.flatMap((got) => [
    ...missing(got).map((text) => `${got.name} has not got "${text}"`),
    ...disorder(got),
  ]);
  const repeats = all.reduce((sum, got) => sum + got.repeats, 0);
  return { events: acknowledged.length, ...count, repeats, losses };
}

/** Ids that do not rise, and events that came after a later one. */
function disorder({ name, first }: Got): string[] {
  const wrong = first.findIndex(
    ({ EventId }, index) => index > 0 && Number(EventId) <= Number(first[index - 1]?.EventId),
  );
  return wrong < 0 ? [] : [`${name} got ${first[wrong]?.EventId} after ${first[wrong - 1]?.EventId}`];
}

/** Leaves not a byte. */
function fill(disk: string): void {
  try {
    writeFileSync(join(disk, 'filler'), Buffer.alloc(256 * 1024 * 1024));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
