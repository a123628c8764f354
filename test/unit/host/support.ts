/** A host that speaks IPMI, on the twin of a board: what the tests of its commands share. */
import type { IpmiResponse } from 'node-ipmi';
import { silentLogger } from '../../../src/base/logger.ts';
import { createBoard } from '../../../src/board/board.ts';
import type { Board } from '../../../src/board/model/board.ts';
import type { HostEvent } from '../../../src/board/model/event.ts';
import { HostCommands } from '../../../src/host/host-commands.ts';
import type { LogEntry } from '../../../src/host/sel-view.ts';
import type { HostFacts, Platform } from '../../../src/platform/vocabulary/index.ts';
import { createTwin, type Twin } from '../../../src/twin/twin.ts';
import { afterThisTest } from '../../support/cleanup.ts';
import { platformOf } from '../../support/daemon.ts';

export interface TestHost {
  readonly board: Board;
  readonly twin: Twin;
  readonly commands: HostCommands;
  readonly events: HostEvent[];
  readonly records: string[];
  /** What the host was asked for: attention and interrupts. */
  readonly signals: string[];
  readonly entries: LogEntry[];
  readonly settings: Map<string, string>;
  ask(netFn: number, command: number, ...data: number[]): Promise<{ code: number; data: number[] }>;
  /** Another set of commands on the same settings, as after a restart of the daemon. */
  again(): HostCommands;
}

export const now = new Date('2026-06-01T00:00:00Z');
export const uuid = '00112233-4455-6677-8899-aabbccddeeff';

/** The first host of Tioga Pass, with other facts where they are given. */
export function testHost(changes: Partial<HostFacts> = {}): TestHost {
  const tioga = platformOf();
  const [first, ...rest] = tioga.hosts ?? [];
  if (first === undefined) throw new Error('the board has no host');
  const facts: HostFacts = { ...first, ...changes };
  const platform: Platform = { ...tioga, hosts: [facts, ...rest] };
  const twin = createTwin(platform);
  afterThisTest(() => twin.close());
  const settings = new Map<string, string>();
  const store = {
    get: (key: string) => settings.get(key),
    set: (key: string, value: string) => void settings.set(key, value),
  };
  const board = createBoard(platform, twin, store);
  const events: HostEvent[] = [];
  const records: string[] = [];
  const signals: string[] = [];
  const entries: LogEntry[] = [];
  const create = () => {
    const commands = new HostCommands({
      ...{ facts, board, settings: store, log: silentLogger, uuid },
      now: () => now,
      version: '1.23.4',
      selLog: {
        get revision() {
          return entries.length;
        },
        newest(after, limit) {
          const found = entries.filter(({ id }) => id > after).reverse();
          return { entries: found.slice(0, limit), total: found.length };
        },
      },
      emit: async (event) => void events.push(event),
      record: async (bytes) => void records.push(Buffer.from(bytes).toString('hex')),
      attention: (on) => void signals.push(on ? 'attention' : 'no attention'),
      interrupts: (on) => void signals.push(on ? 'interrupts' : 'no interrupts'),
      changed: () => undefined,
    });
    afterThisTest(() => commands.stop());
    return commands;
  };
  const commands = create();
  return {
    ...{ board, twin, commands, events, records, signals, entries, settings },
    ask: async (netFn, command, ...data) =>
      plain(await commands.handle({ netFn, command, data: Uint8Array.from(data) })),
    again: create,
  };
}

const plain = ({ code, data }: IpmiResponse) => ({ code, data: [...data] });
