/** What somebody who looks for a fault wants to see of the daemon, and nothing that must stay secret. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, release, totalmem, uptime } from 'node:os';
import { promisify } from 'node:util';
import type { Board } from '../board/model.ts';
import type { Journal } from '../journal/journal.ts';
import type { LogRef } from '../journal/record.ts';
import type { Settings } from '../store/settings.ts';
import type { Part } from './archives.ts';

export interface DiagnosticSources {
  readonly board: Board;
  readonly journal: Journal;
  readonly settings: Settings;
  readonly version: string;
}

/** Settings whose names say that they are secrets, or belong to some. */
const secret = /password|secret|token|key|tls|certificate|private|credential|header/i;
const page = 1_000;
const maxKernelLog = 4 * 1024 * 1024;

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** The parts in turn; each is made when the one before has been taken. */
export async function* diagnosticParts(sources: DiagnosticSources): AsyncGenerator<Part> {
  const { board, journal, settings, version } = sources;
  yield {
    name: 'system.json',
    text: json({
      ...{
        version,
        node: process.version,
        arch: arch(),
        kernel: release(),
        uptime: uptime(),
        memory: totalmem(),
      },
      ...{ process: process.memoryUsage(), running: process.uptime(), time: new Date() },
      journal: { ...journal.state, fault: journal.state.fault?.message ?? null, newest: journal.newest },
    }),
  };
  yield { name: 'platform.json', text: json(board.platform) };
  yield {
    name: 'settings.json',
    text: json(Object.fromEntries([...settings.entries()].filter(([key]) => !secret.test(key)))),
  };
  yield {
    name: 'sensors.json',
    text: json(
      [...board.sensors.values()].map(
        ({ id, chassis, device, quantity, reading, readingTime, status, crossed, fault }) => ({
          ...{ id, chassis, device, quantity, reading, readingTime, status, crossed, fault },
        }),
      ),
    ),
  };
  yield {
    name: 'hosts.json',
    text: json(
      [...board.hosts.values()].map(({ id, powerState, postComplete, lastReset, status }) => ({
        ...{ id, powerState, postComplete, lastReset, status },
      })),
    ),
  };
  const logs: LogRef[] = [
    { log: 'EventLog' },
    { log: 'AuditLog' },
    ...[...board.hosts.values()].flatMap(({ id: system, postCodes }): LogRef[] =>
      (postCodes === null ? (['SEL'] as const) : (['SEL', 'PostCodes'] as const)).map((log) => ({
        log,
        system,
      })),
    ),
  ];
  for (const ref of logs) {
    const name = ref.system == null ? ref.log : `${ref.log}-${ref.system}`;
    let after = 0;
    for (let part = 1; ; part++) {
      const { entries } = journal.page(ref, { skip: 0, top: page, after });
      if (entries.length === 0) break;
      const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
      yield { name: `journal/${name}-${String(part).padStart(4, '0')}.jsonl`, text };
      after = entries.at(-1)?.id ?? after;
      if (entries.length < page) break;
    }
  }
  for (const file of ['meminfo', 'loadavg', 'mounts', 'interrupts']) {
    try {
      yield { name: `proc/${file}`, text: readFileSync(`/proc/${file}`, 'utf8') };
    } catch {
      // Not on every system, and not for every user.
    }
  }
  const kernel = await promisify(execFile)('dmesg', [], { maxBuffer: maxKernelLog, timeout: 10_000 }).catch(
    (error: unknown) => ({ stdout: `the log of the kernel cannot be read: ${String(error)}\n` }),
  );
  yield { name: 'kernel.log', text: kernel.stdout };
}
