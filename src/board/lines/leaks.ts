/** Leak detectors: one line each, and the reaction to a leak. */
import type { Platform } from '../../platform/vocabulary/index.ts';
import { chassisScope } from '../model/revisions.ts';
import type { LeakDetector, LeakState } from '../model/sensor.ts';
import type { Status } from '../model/status.ts';
import type { Presence } from '../parts/presence.ts';
import type { BoardSignals } from '../signals.ts';
import type { Lines } from './lines.ts';

export type LeakFacts = NonNullable<Platform['leakDetectors']>[number];

export interface LeakParts {
  readonly lines: Lines;
  readonly signals: BoardSignals;
  readonly presence: Presence;
}

export class BoardLeakDetector implements LeakDetector {
  readonly id: string;
  readonly name: string;
  readonly chassis: string;
  readonly facts: LeakFacts;
  readonly #parts: LeakParts;
  /** The last event reported a leak. */
  #isLeakReported = false;
  #connected: boolean | null = null;
  #reaction: NodeJS.Timeout | undefined;

  constructor(facts: LeakFacts, chassis: string, parts: LeakParts) {
    this.id = facts.id;
    this.name = facts.name ?? facts.id.replaceAll('_', ' ');
    this.chassis = chassis;
    this.facts = facts;
    this.#parts = parts;
    parts.lines.watch(facts.line, () => this.#update());
    parts.signals.on('availabilityChanged', () => this.#update());
    parts.lines.watch(facts.present, (present) => this.#setConnected(present));
  }

  get state(): LeakState {
    const { lines, presence } = this.#parts;
    if (!presence.has(this.chassis) || lines.get(this.facts.present) === false) return 'Absent';
    const leaks = lines.get(this.facts.line);
    if (leaks === null) return 'Unavailable';
    return leaks ? (this.facts.severity ?? 'Critical') : 'OK';
  }

  get status(): Status {
    const { state } = this;
    if (state === 'Absent') return { state, health: 'OK' };
    // The fault of the line is reported for the line; whether there is a leak is unknown.
    if (state === 'Unavailable') return { state: 'UnavailableOffline', health: 'Warning' };
    return { state: 'Enabled', health: state };
  }

  #update(): void {
    const { state } = this;
    this.#parts.signals.emit('stateChanged', chassisScope(this.chassis));
    if (state === 'Unavailable') return;
    const leaks = state === 'Critical' || state === 'Warning';
    if (leaks === this.#isLeakReported) return;
    this.#isLeakReported = leaks;
    clearTimeout(this.#reaction);
    const { host } = this.facts;
    this.#parts.signals.emit('event', {
      message: `Environmental.LeakDetected${leaks ? state : 'Normal'}`,
      args: [this.name],
      severity: leaks ? state : 'OK',
      origin: { kind: 'leakDetector', id: this.id, chassis: this.chassis },
      condition: `leak:${this.id}`,
      resolves: !leaks,
      ...(state === 'Absent' && { detail: 'The detector was disconnected.' }),
      ...(host !== undefined && { host }),
    });
    const { reaction } = this.facts;
    if (!leaks || reaction === undefined) return;
    const react = () =>
      this.#parts.signals.emit('leakDetected', {
        detector: this.id,
        chassis: this.chassis,
        reaction: reaction.type,
      });
    this.#reaction = setTimeout(react, reaction.delay ?? 0).unref();
  }

  stop(): void {
    clearTimeout(this.#reaction);
  }

  #setConnected(present: boolean): void {
    const before = this.#connected;
    this.#connected = present;
    this.#update();
    // The initial value is the baseline and emits no event.
    if (before === null || before === present) return;
    this.#parts.signals.emit('event', {
      message: `Environmental.LeakDetector${present ? 'Connected' : 'Disconnected'}`,
      args: [this.name],
      severity: present ? 'OK' : 'Warning',
      origin: { kind: 'leakDetector', id: this.id, chassis: this.chassis },
      condition: `leakDetector:${this.id}`,
      resolves: present,
    });
  }
}
