/** A UDP proxy that loses datagrams. */
import { createSocket, type Socket } from 'node:dgram';

/**
 * A UDP path that loses, doubles and delays datagrams: what lies between a console and its controllers.
 * Deterministic: a small generator of numbers with a seed.
 */
export interface Proxy {
  readonly port: number;
  /** Called with each datagram and its direction; gives what is passed on instead. */
  filter: ((datagram: Buffer, toServer: boolean) => readonly Buffer[]) | undefined;
  close(): Promise<void>;
}

/** @param delay milliseconds that each datagram is under way */
export async function lossyProxy(server: number, loss: number, double = 0, delay = 0): Promise<Proxy> {
  let seed = 12345;
  const random = (): number => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return seed / 0x80000000;
  };
  const outer = createSocket('udp4');
  const inner = createSocket('udp4');
  let client = 0;
  let closed = false;
  const proxy: Proxy = {
    port: 0,
    filter: undefined,
    async close() {
      closed = true;
      await Promise.all([outer, inner].map((socket) => new Promise<void>((done) => socket.close(done))));
    },
  };
  const pass = (socket: Socket, datagram: Buffer, port: number, toServer: boolean): void => {
    for (const passed of proxy.filter === undefined ? [datagram] : proxy.filter(datagram, toServer)) {
      if (random() < loss) continue;
      const send = () => {
        if (!closed) socket.send(passed, port, '127.0.0.1');
      };
      const times = random() < double ? 2 : 1;
      for (let time = 0; time < times; time++) {
        if (delay > 0) setTimeout(send, delay);
        else send();
      }
    }
  };
  outer.on('message', (datagram, from) => {
    client = from.port;
    pass(inner, datagram, server, true);
  });
  inner.on('message', (datagram) => pass(outer, datagram, client, false));
  await new Promise<void>((done) => outer.bind(0, '127.0.0.1', done));
  await new Promise<void>((done) => inner.bind(0, '127.0.0.1', done));
  return Object.assign(proxy, { port: outer.address().port });
}
