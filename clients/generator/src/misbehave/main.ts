/**
 * The misbehaving server: `node clients/generator/dist/misbehave/main.js [--port N]` prints its control URL as one line
 * of JSON, `{"control": "http://127.0.0.1:N"}`, and ends with its standard input. vectors/README.md has the interface.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import type { RunReport } from './judge.ts';
import { Run } from './run.ts';
import type { Vector } from './vector.ts';

const runs = new Map<string, Run>();

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString('utf8');
  return text === '' ? undefined : JSON.parse(text);
}

/** @throws Error for anything but the four requests of the interface */
async function control(method: string, path: string, body: unknown): Promise<unknown> {
  if (method === 'POST' && path === '/runs') {
    const run = await Run.start(body as Vector);
    const id = String(runs.size + 1);
    runs.set(id, run);
    return { id, url: run.url, vector: run.vector };
  }
  const [, id = '', verb = ''] = /^\/runs\/(\d+)(?:\/(\w+))?$/.exec(path) ?? [];
  const run = runs.get(id);
  if (!run) throw new Error(`there is no run at ${path}`);
  if (method === 'POST' && verb === 'change') {
    run.change((body as { change: string }).change);
    return {};
  }
  if (method === 'POST' && verb === 'judge') {
    run.stop();
    return { failures: run.judge(body as RunReport) };
  }
  if (method === 'GET' && verb === '') return { requests: run.requests };
  throw new Error(`${method} ${path} means nothing here`);
}

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
const server = createServer((request, response) => {
  const answer = (status: number, body: unknown): void => {
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  };
  bodyOf(request)
    .then((body) => control(request.method ?? '', request.url ?? '', body))
    .then((body) => answer(200, body))
    .catch((error: unknown) =>
      answer(400, { error: error instanceof Error ? error.message : String(error) }),
    );
});
server.listen(Number(values.port), '127.0.0.1', () => {
  process.stdout.write(
    `${JSON.stringify({ control: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })}\n`,
  );
});
process.stdin.resume().on('end', () => process.exit());
