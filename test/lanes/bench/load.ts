/** A client that costs little itself: one request at a time on each of some TLS connections, answers counted by length. */
import { connect, type TLSSocket } from 'node:tls';

export interface Load {
  /** Answers per second. */
  readonly rate: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Length of one answer's body in bytes. */
  readonly bytes: number;
}

/**
 * `pause` is how many milliseconds each client waits between an answer and its next request: how long an answer takes while
 * the service has other things to do, and not how much it can take. @throws Error when an answer has not the status that is expected, or a connection breaks
 */
export async function load(
  port: number,
  path: string,
  headers: string,
  connections: number,
  milliseconds: number,
  status = 200,
  pause = 0,
): Promise<Load> {
  const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers}\r\n`;
  const latencies: number[] = [];
  let bytes = 0;
  const end = performance.now() + milliseconds;
  const one = (socket: TLSSocket) =>
    new Promise<void>((resolve, reject) => {
      let start = 0;
      let wanted = 0;
      let got = 0;
      const send = () => {
        if (performance.now() >= end) {
          resolve();
          return;
        }
        start = performance.now();
        wanted = 0;
        got = 0;
        socket.write(request);
      };
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('the server closed the connection')));
      socket.on('data', (chunk: Buffer) => {
        if (wanted === 0) {
          const head = chunk.toString('latin1', 0, Math.min(chunk.length, 2048));
          const length = /content-length: (\d+)/i.exec(head);
          if (!head.startsWith(`HTTP/1.1 ${status}`) || (length === null && status === 200)) {
            reject(new Error(`unexpected answer: ${head.slice(0, 200)}`));
            return;
          }
          bytes = Number(length?.[1] ?? 0);
          wanted = head.indexOf('\r\n\r\n') + 4 + bytes;
        }
        got += chunk.length;
        if (got < wanted) return;
        latencies.push(performance.now() - start);
        if (pause === 0) send();
        else setTimeout(send, pause);
      });
      send();
    });
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const begin = performance.now();
  try {
    await Promise.all(sockets.map(one));
  } finally {
    for (const socket of sockets) socket.destroy();
  }
  const seconds = (performance.now() - begin) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return { rate: latencies.length / seconds, p50: at(0.5), p99: at(0.99), bytes };
}

function open(port: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      { port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] },
      () => resolve(socket),
    );
    socket.once('error', reject);
    socket.setNoDelay(true);
  });
}
