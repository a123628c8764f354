/** How fast events reach many: streams and webhooks at once, while clients go on making events. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { administrator, cpuSeconds, freePort, residentMemory, startDaemon } from './processes.ts';
import { FigureTable } from './table.ts';

const streams = 50;
/** Accounts that share the streams: one account is given no more than 16. */
const accounts = 4;
const readerPassword = 'Quartz-Zebra-77';
const webhooks = 20;
const seconds = 8;
const service = '/redfish/v1/EventService';
const messageId = 'ResourceEvent.1.4.TestMessage';
const authorization = `Basic ${Buffer.from(`${administrator.userName}:${administrator.password}`).toString('base64')}`;

/** Finds events in text as it comes, and how long each was under way since it was made, by its own timestamp. */
class Scanner {
  readonly #delays: number[];
  #rest = '';
  #last = 0;
  count = 0;
  /** Events that came after one with a higher id. */
  disorder = 0;

  constructor(delays: number[]) {
    this.#delays = delays;
  }

  take(chunk: string): void {
    const text = this.#rest + chunk;
    const now = Date.now();
    let end = 0;
    for (const found of text.matchAll(
      /"EventId":"(\d+)"[^{}]*?"EventTimestamp":"([^"]+)"[^{}]*?"Message":"of the bench"/g,
    )) {
      end = found.index + found[0].length;
      this.count++;
      const id = Number(found[1]);
      if (id <= this.#last) this.disorder++;
      this.#last = id;
      this.#delays.push(now - Date.parse(found[2] ?? ''));
    }
    this.#rest = text.slice(Math.max(end, text.length - 1024));
  }
}

// What one client can make in a second of requests is less than what may happen on a board.
it.each([250, 1_000])('tells everybody of %i events a second', async (rate) => {
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), 'redfishd-bench-'));
  const state = join(dir, 'state');
  mkdirSync(state, { mode: 0o700 });
  const daemon = await startDaemon('platform/tiogapass.yaml', state, port);
  const toStreams: number[] = [];
  const toWebhooks: number[] = [];
  const readers = Array.from({ length: streams }, () => new Scanner(toStreams));
  const hooks = Array.from({ length: webhooks }, () => new Scanner(toWebhooks));
  const listener = createServer((asked, answer) => {
    let text = '';
    asked.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    asked.on('end', () => {
      hooks[Number(asked.url?.slice(1))]?.take(text);
      answer.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  // From an address of its own: one alone is given no more than 64 connections.
  const agent = new Agent({ keepAlive: true, maxSockets: 16, localAddress: '127.0.0.2' });
  const base = { port, host: '127.0.0.1', rejectUnauthorized: false };
  const post = (path: string, body: object): Promise<number> =>
    new Promise((resolve, reject) => {
      const headers = { authorization, 'Content-Type': 'application/json' };
      request({ ...base, agent, method: 'POST', path, headers }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode ?? 0));
      })
        .on('error', reject)
        .end(JSON.stringify(body));
    });
  try {
    for (let at = 0; at < webhooks; at++) {
      const Destination = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/${at}`;
      const body = { Destination, Protocol: 'Redfish', MessageIds: [messageId] };
      expect(await post(`${service}/Subscriptions`, body)).toBe(201);
    }
    const filter = encodeURIComponent(`MessageId eq '${messageId}'`);
    for (let at = 0; at < accounts; at++) {
      const body = { UserName: `reader${at}`, Password: readerPassword, RoleId: 'ReadOnly' };
      expect(await post('/redfish/v1/AccountService/Accounts', body)).toBe(201);
    }
    const open = (reader: Scanner, at: number) =>
      new Promise<void>((resolve, reject) => {
        const path = `${service}/SSE?$filter=${filter}`;
        const login = Buffer.from(`reader${at % accounts}:${readerPassword}`).toString('base64');
        const headers = { authorization: `Basic ${login}`, accept: 'text/event-stream' };
        request({ ...base, agent: false, path, headers }, (answer) => {
          if (answer.statusCode !== 200) reject(new Error(`a stream answered ${answer.statusCode}`));
          answer.setEncoding('latin1').on('data', (chunk: string) => reader.take(chunk));
          answer.on('error', () => undefined);
          resolve();
        })
          .on('error', reject)
          .end();
      });
    for (const [at, reader] of readers.entries()) await open(reader, at);
    const idle = residentMemory(daemon.pid);
    const cpu = cpuSeconds(daemon.pid);
    let most = idle;
    const begun = performance.now();
    const posted: Promise<number>[] = [];
    const failed = (error: Error) => {
      process.stdout.write(`a request failed: ${error.message}\n`);
      return 0;
    };
    while (performance.now() - begun < seconds * 1000) {
      const due = ((performance.now() - begun) / 1000) * rate;
      while (posted.length < due) {
        const body = { MessageId: messageId, Message: 'of the bench' };
        posted.push(post(`${service}/Actions/EventService.SubmitTestEvent`, body).catch(failed));
      }
      most = Math.max(most, residentMemory(daemon.pid));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const answers = await Promise.all(posted);
    const took = (performance.now() - begun) / 1000;
    expect(answers.filter((status) => status < 200 || status >= 300)).toEqual([]);
    const all = [...readers, ...hooks];
    const wanted = answers.length;
    const overdue = performance.now() + 60_000;
    while (all.some(({ count }) => count < wanted) && performance.now() < overdue)
      await new Promise((resolve) => setTimeout(resolve, 20));
    const told = (performance.now() - begun) / 1000;
    most = Math.max(most, residentMemory(daemon.pid));
    process.stdout.write(
      `\n${rate} events/s asked for: ${wanted} events, acknowledged at ${(wanted / took).toFixed(0)}/s, with all ${streams} streams and ${webhooks} webhooks after ${told.toFixed(1)} s: ${((wanted * all.length) / told).toFixed(0)} deliveries/s\n` +
        `delay from when it was made, ms: streams ${shares(toStreams)}; webhooks ${shares(toWebhooks)}\n` +
        `resident memory of the daemon: ${idle.toFixed(0)} MiB before, at most ${most.toFixed(0)} MiB; CPU ${(cpuSeconds(daemon.pid) - cpu).toFixed(1)} s\n`,
    );
    const table = new FigureTable();
    const name = `events acknowledged a second, of ${rate} asked for`;
    table.add({ name, value: wanted / took, atLeast: Math.min(rate, 1000), digits: 0 });
    process.stdout.write(String(table));
    expect(all.map(({ count }) => count)).toEqual(all.map(() => wanted));
    expect(all.reduce((sum, { disorder }) => sum + disorder, 0)).toBe(0);
  } finally {
    agent.destroy();
    await daemon.stop();
    listener.closeAllConnections();
    listener.close();
    rmSync(dir, { recursive: true, force: true });
  }
});

function shares(delays: number[]): string {
  const sorted = Float64Array.from(delays).sort();
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(0);
  return `p50 ${at(0.5)}, p99 ${at(0.99)}, most ${at(1)}`;
}
