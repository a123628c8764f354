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

/** What belongs together, and can fail while the rest does not. */
export interface Section {
  /** For people. */
  readonly name: string;
  /** Files in turn; each is made when the one before has been taken. @throws why they cannot be had */
  readonly files: (signal: AbortSignal) => AsyncIterable<Part> | Iterable<Part>;
}

const one = (name: string, file: string, value: () => unknown): Section => ({
  name,
  files: () => [{ name: file, text: json(value()) }],
});

/** All that is collected, in order. */
export function diagnosticSections(sources: DiagnosticSources): readonly Section[] {
  const { board, journal, settings, version } = sources;
  const logs: readonly (readonly [string, LogRef])[] = [
    ['EventLog', { log: 'EventLog' }],
    ['AuditLog', { log: 'AuditLog' }],
    ...[...board.hosts.values()].flatMap(({ id: system, postCodes }) =>
      (postCodes === null ? (['SEL'] as const) : (['SEL', 'PostCodes'] as const)).map(
        (log) => [`${log}-${system}`, { log, system }] as const,
      ),
    ),
  ];
  return [
    one('State of the daemon', 'system.json', () => ({
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
    })),
    one('Descriptor', 'platform.json', () => board.platform),
    one('Settings', 'settings.json', () =>
      Object.fromEntries([...settings.entries()].filter(([key]) => !secret.test(key))),
    ),
    one('Sensors', 'sensors.json', () =>
      [...board.sensors.values()].map(
        ({ id, chassis, device, quantity, reading, readingTime, status, crossed, fault }) => ({
          ...{ id, chassis, device, quantity, reading, readingTime, status, crossed, fault },
        }),
      ),
    ),
    one('Nodes', 'nodes.json', () =>
      [...board.nodes.values()].map(({ id, status, lastAnswer, fault, firmware, powerLimit }) => ({
        ...{ id, status, lastAnswer, fault, firmware, powerLimit },
      })),
    ),
    one('Hosts', 'hosts.json', () =>
      [...board.hosts.values()].map(({ id, powerState, postComplete, lastReset, status }) => ({
        ...{ id, powerState, postComplete, lastReset, status },
      })),
    ),
    ...logs.map(([name, ref]): Section => ({ name, files: () => pages(journal, name, ref) })),
    { name: 'State of the system', files: processFiles },
    { name: 'Log of the kernel', files: kernelLog },
  ];
}

function* pages(journal: Journal, name: string, ref: LogRef): Iterable<Part> {
  let after = 0;
  for (let part = 1; ; part++) {
    const { entries } = journal.page(ref, { skip: 0, top: page, after });
    if (entries.length === 0) return;
    const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    yield { name: `journal/${name}-${String(part).padStart(4, '0')}.jsonl`, text };
    after = entries.at(-1)?.id ?? after;
    if (entries.length < page) return;
  }
}

function* processFiles(): Iterable<Part> {
  for (const file of ['meminfo', 'loadavg', 'mounts', 'interrupts']) {
    try {
      yield { name: `proc/${file}`, text: readFileSync(`/proc/${file}`, 'utf8') };
    } catch {
      // Not on every system, and not for every user.
    }
  }
}

async function* kernelLog(signal: AbortSignal): AsyncIterable<Part> {
  const options = { maxBuffer: maxKernelLog, timeout: 10_000, signal };
  const { stdout } = await promisify(execFile)('dmesg', [], options);
  yield { name: 'kernel.log', text: stdout };
}
