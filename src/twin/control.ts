/**
 * The simulator controls on a local socket, for `redfishd twin` and scripts: one JSON request per line, one JSON response per
 * line, `{"ok": true, "result": …}` or `{"ok": false, "error": "…"}`, in the order of the requests.
 */
import { once } from 'node:events';
import { chmod, lstat, unlink } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { perform } from './commands.ts';
import { TwinError } from './names.ts';
import type { Twin } from './twin.ts';

/** Longest request, bytes. */
const longestLine = 16_384;

export interface ControlServer {
  readonly path: string;
  /** Closes every connection and removes the socket. */
  close(): Promise<void>;
}

type Answer =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: string };

/**
 * Listens on the Unix socket `path`, for its owner only. A socket that a dead process left is replaced.
 *
 * @throws TwinError when another process listens there, or when the path is not a socket.
 */
export async function serveControl(twin: Twin, path: string): Promise<ControlServer> {
  await makeRoom(path);
  const connections = new Set<Socket>();
  const server = createServer((socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    void converse(twin, socket);
  });
  server.listen(path);
  await once(server, 'listening');
  await chmod(path, 0o600);
  return {
    path,
    async close() {
      for (const socket of connections) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function makeRoom(path: string): Promise<void> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!found) return;
  if (!found.isSocket())
    throw new TwinError(`${path} exists and is not a socket: name another path, or remove it`);
  const socket = connect(path);
  try {
    await once(socket, 'connect');
  } catch {
    await unlink(path);
    return;
  } finally {
    socket.destroy();
  }
  throw new TwinError(
    `another twin listens on ${path}; stop that one, or give this one a directory of its own with --state`,
  );
}

async function converse(twin: Twin, socket: Socket): Promise<void> {
  // A client may disconnect at any time.
  socket.on('error', () => {});
  let pending = '';
  let last = Promise.resolve();
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const lines = (pending + text).split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) {
      last = last.then(async () => {
        const answer = await answerTo(twin, line);
        if (socket.writable) socket.write(`${JSON.stringify(answer)}\n`);
      });
    }
    if (pending.length > longestLine) {
      const answer: Answer = { ok: false, error: `a request has at most ${longestLine} characters` };
      pending = '';
      socket.end(`${JSON.stringify(answer)}\n`, () => socket.destroy());
    }
  });
}

async function answerTo(twin: Twin, line: string): Promise<Answer> {
  let request: unknown;
  try {
    request = JSON.parse(line);
  } catch {
    return { ok: false, error: 'a request is one line of JSON' };
  }
  try {
    return { ok: true, result: (await perform(twin, request)) ?? null };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}
