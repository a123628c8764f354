/** Presence ping of RMCP. */
import { createSocket } from 'node:dgram';
import { IpmiError } from '../errors.ts';
import { decodePacket, encodeAsf } from './packet.ts';

/** Contents of a presence pong (DSP0136, section 3.2.4.3). */
export interface Pong {
  readonly ipmi: boolean;
  readonly manufacturer: number;
}

/** Asks for a sign of life without logging in. Fails `timeout` or `unreachable`. */
export async function rmcpPing(host: string, port = 623, timeout = 1000): Promise<Pong> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  const tag = Math.floor(Math.random() * 0xff);
  try {
    return await new Promise<Pong>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new IpmiError('timeout', `${host}:${port}: no answer to RMCP ping in ${timeout} ms`));
      }, timeout);
      const fail = (cause: Error): void => {
        clearTimeout(timer);
        reject(new IpmiError('unreachable', `${host}:${port}: ${cause.message}`, { cause }));
      };
      socket.on('error', fail);
      socket.on('message', (datagram) => {
        const packet = decodePacket(datagram);
        if (packet?.kind !== 'asf' || packet.type !== 0x40 || packet.tag !== tag || packet.data.length < 9)
          return;
        clearTimeout(timer);
        resolve({ ipmi: ((packet.data[8] ?? 0) & 0x80) !== 0, manufacturer: packet.data.readUInt32BE(0) });
      });
      socket.connect(port, host, () => socket.send(encodeAsf(0x80, tag)));
    });
  } finally {
    socket.removeAllListeners();
    socket.close();
  }
}
