/** LAN interfaces of simulated nodes: servers on the loopback interface, each started at the first connection. */
import { randomBytes } from 'node:crypto';
import { IpmiError, type IpmiNode, type LanOptions, LanServer } from 'node-ipmi';
import type { Carrier } from './carrier.ts';

export interface TwinLan {
  /** Options for the server of a node: its address, port, user and password replace those given. */
  lead(node: IpmiNode, carrier: Carrier, asked: LanOptions): Promise<LanOptions>;
  /** `127.0.0.1:41623`; undefined before the first connection. */
  place(node: IpmiNode): string | undefined;
  /** Drops every session without a message. */
  restart(node: IpmiNode): void;
  close(): Promise<void>;
}

const loopback = '127.0.0.1';
const passwordBytes = 12;
const usualUser = 'admin';

interface Door {
  readonly server: LanServer;
  readonly user: string;
  readonly password: string | Uint8Array;
}

export function createLan(): TwinLan {
  const doors = new Map<IpmiNode, { readonly door: Door; readonly open: Promise<void> }>();

  let closed = false;

  function begin(node: IpmiNode, carrier: Carrier, asked: LanOptions) {
    const user = asked.user ?? usualUser;
    const password = asked.password ?? randomBytes(passwordBytes).toString('base64url');
    const server = new LanServer({
      node,
      users: [{ name: user, password }],
      ...(asked.kg === undefined ? {} : { kg: asked.kg }),
      carry: (datagram, toServer, deliver) =>
        carrier.carry(datagram, toServer, (bytes) => deliver(Buffer.from(bytes))),
    });
    const entry = { door: { server, user, password }, open: server.listen(0, loopback) };
    doors.set(node, entry);
    return entry;
  }

  return {
    async lead(node, carrier, asked) {
      if (closed) throw new IpmiError('closed', `${asked.host}: the twin was closed`);
      const { door, open } = doors.get(node) ?? begin(node, carrier, asked);
      try {
        await open;
      } catch (error) {
        // The next connection tries again.
        doors.delete(node);
        throw error;
      }
      const { server, user, password } = door;
      return { ...asked, host: loopback, port: server.port, user, password };
    },
    place(node) {
      const door = doors.get(node)?.door;
      return door && `${loopback}:${door.server.port}`;
    },
    restart: (node) => doors.get(node)?.door.server.reset(),
    async close() {
      closed = true;
      await Promise.all(
        [...doors.values()].map(async ({ door, open }) => {
          // A server that could not start needs no end.
          await open.catch(() => undefined);
          await door.server.close();
        }),
      );
      doors.clear();
    },
  };
}
