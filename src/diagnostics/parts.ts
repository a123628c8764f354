/** The content of a diagnostic archive: state, settings and logs, without secrets. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, release, totalmem, uptime } from 'node:os';
import { promisify } from 'node:util';
import type { Board } from '../board/model/board.ts';
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

/** Names of settings that are secret or belong to a secret. */
const secret = /password|secret|token|key|tls|certificate|private|credential|header/i;
const page = 1_000;
const maxKernelLog = 4 * 1024 * 1024;

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Files that belong together; a failure of one section does not affect the others. */
export interface Section {
  /** Display name. */
  readonly name: string;
  /** Returns the files; each is created when the one before has been consumed. @throws when they are not available */
  readonly files: (signal: AbortSignal) => AsyncIterable<Part> | Iterable<Part>;
}

const one = (name: string, file: string, value: () => unknown): Section => ({
  name,
  files: () => [{ name: file, text: json(value()) }],
});

/** Returns all sections, in order. */
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
      version,
      node: process.version,
      arch: arch(),
      kernel: release(),
      uptime: uptime(),
      memory: totalmem(),
      process: process.memoryUsage(),
      running: process.uptime(),
      time: new Date(),
      journal: { ...journal.state, fault: journal.state.fault?.message ?? null, newest: journal.newest },
    })),
    one('Descriptor', 'platform.json', () => board.platform),
    one('Settings', 'settings.json', () =>
      Object.fromEntries([...settings.entries()].filter(([key]) => !secret.test(key))),
    ),
    ...boardSections(board),
    ...logs.map(([name, ref]): Section => ({ name, files: () => pages(journal, name, ref) })),
    { name: 'State of the system', files: processFiles },
    { name: 'Log of the kernel', files: kernelLog },
  ];
}

/** Returns the sections of sensors, nodes and hosts. */
function boardSections(board: DiagnosticSources['board']): readonly Section[] {
  return [
    one('Sensors', 'sensors.json', () =>
      [...board.sensors.values()].map(
        ({ id, chassis, device, quantity, reading, readingTime, status, crossed, fault }) => ({
          id,
          chassis,
          device,
          quantity,
          reading,
          readingTime,
          status,
          crossed,
          fault,
        }),
      ),
    ),
    one('Nodes', 'nodes.json', () =>
      [...board.nodes.values()].map(({ id, status, lastAnswer, fault, firmware, powerLimit }) => ({
        id,
        status,
        lastAnswer,
        fault,
        firmware,
        powerLimit,
      })),
    ),
    one('Hosts', 'hosts.json', () =>
      [...board.hosts.values()].map(({ id, powerState, postComplete, lastReset, status }) => ({
        id,
        powerState,
        postComplete,
        lastReset,
        status,
      })),
    ),
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
      // The file is missing on some systems, or not readable.
    }
  }
}

async function* kernelLog(signal: AbortSignal): AsyncIterable<Part> {
  const options = { maxBuffer: maxKernelLog, timeout: 10_000, signal };
  const { stdout } = await promisify(execFile)('dmesg', [], options);
  yield { name: 'kernel.log', text: stdout };
}
