/** System interfaces of the twin: what the simulated firmware of a host sends goes to whoever has opened its interface. */
import type { IpmiRequest, IpmiResponse } from 'node-ipmi';
import { DeviceError } from '../../drivers/errors.ts';
import { type HostInterfaces, type HostListener, wayOf } from '../../drivers/host-ipmi/host-ipmi.ts';
import { Turns } from '../../drivers/host-ipmi/turns.ts';
import type { Platform } from '../platform/vocabulary/index.ts';

export interface TwinHostIpmi extends HostInterfaces {
  /** Sends a request of a host; undefined where nobody has opened its interface. */
  ask(host: string, request: IpmiRequest): Promise<IpmiResponse> | undefined;
  /** Whether a host is asked to fetch something, by its interface. */
  attention(host: string): boolean;
}

interface Opened {
  readonly turns: Turns;
  attention: boolean;
}

export function createHostIpmi(board: Platform): TwinHostIpmi {
  const hosts = new Map(
    (board.hosts ?? []).flatMap(({ id, ipmi }) =>
      (ipmi?.interfaces ?? []).map((each) => [wayOf(each)[1], id] as const),
    ),
  );
  const open = new Map<string, Opened>();
  const first = (host: string) => [...open].find(([path]) => hosts.get(path) === host)?.[1];
  return {
    find(facts) {
      const [, path] = wayOf(facts);
      if (!hosts.has(path)) throw new DeviceError('no-bus', path, 'there is no such interface');
      return `${path} is there`;
    },
    async open(facts, listener: HostListener) {
      const [, path] = wayOf(facts);
      if (!hosts.has(path)) throw new DeviceError('no-bus', path, 'there is no such interface');
      if (open.has(path)) throw new DeviceError('held', path, 'another process has it');
      const opened: Opened = { turns: new Turns(listener), attention: false };
      open.set(path, opened);
      return {
        attention(on) {
          opened.attention = on;
        },
        interrupts: () => undefined,
        async close() {
          open.delete(path);
        },
      };
    },
    ask: (host, request) => first(host)?.turns.answer(request),
    attention: (host) => first(host)?.attention ?? false,
  };
}
