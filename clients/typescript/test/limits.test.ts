/** Limits of time and memory: the caller's signal, and a stream that never ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connect } from '../src/index.ts';
import { startMock, treeOf } from '../src/mock/index.ts';

describe.each(['undici', 'node'] as const)('the signal of a caller over %s', (transport) => {
  it('ends a request, which is not repeated', async () => {
    let asked = 0;
    const mock = await startMock({
      tree: treeOf({}),
      intercept: ({ uri }) => {
        if (uri !== '/redfish/v1/Slow') return undefined;
        asked += 1;
        return new Promise(() => {});
      },
    });
    const client = await connect(mock.url, { transport, retry: { base: 0.01 } });
    const late = client.get('/redfish/v1/Slow', { signal: AbortSignal.timeout(50) });
    await expect(late).rejects.toMatchObject({ kind: 'timeout' });
    const over = new AbortController();
    const cancelled = client.get('/redfish/v1/Slow', { signal: over.signal });
    while (asked < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    over.abort();
    await expect(cancelled).rejects.toMatchObject({ kind: 'cancelled' });
    expect(asked).toBe(2);
    const waiting = client.get('/redfish/v1/Slow');
    while (asked < 3) await new Promise((resolve) => setTimeout(resolve, 1));
    const ended = expect(waiting).rejects.toMatchObject({ kind: 'cancelled' });
    await client.close();
    await ended;
    await mock.close();
  });
});

describe('a stream of 150,000 events', () => {
  it('is followed in a heap that could not hold them', async () => {
    const events = 150_000;
    const root = { '@odata.id': '/redfish/v1/', RedfishVersion: '1.20.0' };
    const server = createServer((request, response) => {
      if (request.url !== '/stream') return void response.end(JSON.stringify(root));
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      void (async () => {
        for (let id = 1; id <= events; id += 1) {
          const record = {
            EventId: String(id),
            EventTimestamp: '2026-01-01T00:00:00Z',
            MessageId: 'A.1.0.B',
            Message: 'x'.repeat(200),
          };
          if (!response.write(`id: ${id}\ndata: ${JSON.stringify({ Events: [record] })}\n\n`))
            await once(response, 'drain');
        }
      })();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const folder = mkdtempSync(join(tmpdir(), 'redfishd-client-'));
    const program = join(folder, 'follow.mjs');
    const index = join(import.meta.dirname, '../dist/index.js');
    writeFileSync(
      program,
      `import { connect } from ${JSON.stringify(index)};
       const client = await connect(process.argv[2]);
       let count = 0;
       for await (const record of client.events({ uri: '/stream' })) if (++count === ${events}) break;
       process.stdout.write(String(count));
       await client.close();`,
    );
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const child = spawn(process.execPath, ['--max-old-space-size=48', program, url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk;
    });
    const [status] = (await once(child, 'close')) as [number | null];
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
    expect([status, text]).toEqual([0, String(events)]);
  }, 120_000);
});
