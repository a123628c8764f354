/** Leak detectors: a line each, and what the board does about a leak. */
import type { Platform } from '../../platform/vocabulary/index.ts';
import type { Changes } from '../changes.ts';
import type { LeakDetector, LeakState, Status } from '../model.ts';
import type { Lines } from './lines.ts';

export type LeakFacts = NonNullable<Platform['leakDetectors']>[number];

export interface LeakParts {
  readonly lines: Lines;
  readonly changes: Changes;
  /** Whether a chassis is plugged in. */
  readonly isThere: (chassis: string) => boolean;
  /** Carries out what the descriptor wants when a leak has lasted its time. */
  readonly react: (detector: BoardLeakDetector, type: 'ForceOff' | 'GracefulShutdown') => void;
}

export class BoardLeakDetector implements LeakDetector {
  readonly id: string;
  readonly name: string;
  readonly chassis: string;
  readonly facts: LeakFacts;
  readonly #parts: LeakParts;
  /** What was told last: it is told once, and not at all where there never was a leak. */
  #told = false;
  #connected: boolean | null = null;
  #reaction: NodeJS.Timeout | undefined;

  constructor(facts: LeakFacts, chassis: string, parts: LeakParts) {
    this.id = facts.id;
    this.name = facts.name ?? facts.id.replaceAll('_', ' ');
    this.chassis = chassis;
    this.facts = facts;
    this.#parts = parts;
    parts.lines.watch(facts.line, () => this.look());
    parts.lines.watch(facts.present, (present) => this.#plugged(present));
  }

  get state(): LeakState {
    const { lines, isThere } = this.#parts;
    if (!isThere(this.chassis) || lines.get(this.facts.present) === false) return 'Absent';
    const leaks = lines.get(this.facts.line);
    if (leaks === null) return 'Unavailable';
    return leaks ? (this.facts.severity ?? 'Critical') : 'OK';
  }

  get status(): Status {
    const { state } = this;
    if (state === 'Absent') return { state, health: 'OK' };
    // That the line cannot be read is told of the line; nobody knows whether anything leaks.
    if (state === 'Unavailable') return { state: 'UnavailableOffline', health: 'Warning' };
    return { state: 'Enabled', health: state };
  }

  /** Something that it depends on has changed. */
  look(): void {
    const { state } = this;
    this.#parts.changes.touch();
    if (state === 'Unavailable') return;
    const leaks = state === 'Critical' || state === 'Warning';
    if (leaks === this.#told) return;
    this.#told = leaks;
    clearTimeout(this.#reaction);
    const { host } = this.facts;
    this.#parts.changes.emit({
      message: `Environmental.LeakDetected${leaks ? state : 'Normal'}`,
      args: [this.name],
      severity: leaks ? state : 'OK',
      origin: { kind: 'leakDetector', id: this.id, chassis: this.chassis },
      condition: `leak:${this.id}`,
      resolves: !leaks,
      ...(state === 'Absent' ? { detail: 'The detector is not there any more.' } : {}),
      ...(host === undefined ? {} : { host }),
    });
    const { reaction } = this.facts;
    if (!leaks || reaction === undefined) return;
    this.#reaction = setTimeout(() => this.#parts.react(this, reaction.type), reaction.delay ?? 0).unref();
  }

  stop(): void {
    clearTimeout(this.#reaction);
  }

  #plugged(present: boolean): void {
    const before = this.#connected;
    this.#connected = present;
    this.look();
    // The first look tells what is, not what happened.
    if (before === null || before === present) return;
    this.#parts.changes.emit({
      message: `Environmental.LeakDetector${present ? 'Connected' : 'Disconnected'}`,
      args: [this.name],
      severity: present ? 'OK' : 'Warning',
      origin: { kind: 'leakDetector', id: this.id, chassis: this.chassis },
      condition: `leakDetector:${this.id}`,
      resolves: present,
    });
  }
}
