/** The power state machine in virtual time: every order of requests, edges and failures keeps its promises. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PowerOutcome } from '../../../../src/board/model/power.ts';
import type { BoardRefusal } from '../../../../src/board/model/refusal.ts';
import type { PowerEffect, PowerInput } from '../../../../src/board/power/power-effects.ts';
import { turn } from '../../../../src/board/power/power-machine.ts';
import { initialPower, nameOf, type PowerState, wakeTime } from '../../../../src/board/power/power-state.ts';
import { sequencesOf } from '../../../../src/board/power/sequences/sequences.ts';
import { type ResetType, resetTypes } from '../../../../src/platform/reset-types.ts';
import type { HostPowerFacts } from '../../../../src/platform/vocabulary/index.ts';
import { timing } from '../support.ts';

const wirings: Readonly<Record<HostPowerFacts['kind'], HostPowerFacts>> = {
  gpio: { kind: 'gpio', button: 'BUTTON', reset: 'RESET', nmi: 'NMI', good: 'GOOD', ...timing },
  relay: { kind: 'relay', line: 'RELAY', good: 'GOOD', cycleDelay: timing.cycleDelay },
  ipmi: { kind: 'ipmi', node: 'node1' },
  qemu: { kind: 'qemu', qmp: 'vm/qmp.sock' },
};

/** How the host behaves that the machine switches. */
interface Behaviour {
  /** Milliseconds from the end of a press, or from a level or command, to power-good. */
  readonly delay: number;
  /** The operating system ignores requests to shut down. */
  readonly isDeaf: boolean;
  /** A press held longer than this cuts the power. */
  readonly cut: number;
}

const outputs: readonly PowerEffect['kind'][] = ['assert', 'release', 'drive', 'command'];

/** A host in virtual time around the machine: performs its outputs, and has power-good follow them. */
class VirtualHost {
  state: PowerState = initialPower;
  now = 0;
  good = false;
  readonly started: { request: number; performed: boolean }[] = [];
  readonly refused = new Map<number, BoardRefusal>();
  readonly ended = new Map<number, PowerOutcome>();
  readonly asserted = new Set<string>();
  /** Output effects that have not been answered yet. */
  outstanding = 0;
  mostOutstanding = 0;
  mostAsserted = 0;
  #requests = 0;
  #pressed = 0;
  #presses = 0;
  #later: { at: number; run: () => void }[] = [];
  readonly #setup;
  readonly #behaviour: Behaviour;

  constructor(power: HostPowerFacts, behaviour: Behaviour) {
    this.#setup = { id: 'host', name: 'Host', sequences: sequencesOf(power) };
    this.#behaviour = behaviour;
    this.input({ kind: 'good', value: false });
  }

  get supported(): readonly ResetType[] {
    return this.#setup.sequences.supported;
  }

  get requests(): number {
    return this.#requests;
  }

  request(type: ResetType): number {
    this.#requests += 1;
    this.input({ kind: 'request', request: this.#requests, type });
    return this.#requests;
  }

  input(input: PowerInput): void {
    const { state, effects } = turn(this.#setup, this.state, input, this.now);
    this.state = state;
    for (const effect of effects) this.#perform(effect);
  }

  /** Lets time pass: whatever falls due happens in order. */
  pass(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (;;) {
      const wake = wakeTime(this.state) ?? Number.POSITIVE_INFINITY;
      const next = this.#later.reduce((first, { at }) => Math.min(first, at), wake);
      if (next > end) break;
      this.now = next;
      const due = this.#later.filter(({ at }) => at <= next);
      this.#later = this.#later.filter(({ at }) => at > next);
      for (const { run } of due) run();
      if (wake <= next) this.input({ kind: 'time' });
    }
    this.now = end;
  }

  setGood(good: boolean): void {
    if (this.good === good) return;
    this.good = good;
    this.input({ kind: 'good', value: good });
  }

  #after(delay: number, run: () => void): void {
    this.#later.push({ at: this.now + delay, run });
  }

  #perform(effect: PowerEffect): void {
    if (outputs.includes(effect.kind)) {
      this.outstanding += 1;
      this.mostOutstanding = Math.max(this.mostOutstanding, this.outstanding);
      this.#after(0, () => {
        this.outstanding -= 1;
        this.input({ kind: 'performed' });
      });
    }
    const { delay, isDeaf, cut } = this.#behaviour;
    switch (effect.kind) {
      case 'assert':
        this.asserted.add(effect.line);
        this.mostAsserted = Math.max(this.mostAsserted, this.asserted.size);
        this.#pressed = this.now;
        if (effect.line === 'BUTTON') {
          const since = this.now;
          this.#after(cut, () => {
            if (!this.asserted.has('BUTTON') || this.#pressed !== since) return;
            // A long press also ends a power-on that has not shown yet.
            this.#presses += 1;
            this.setGood(false);
          });
        }
        break;
      case 'release':
        this.asserted.delete(effect.line);
        if (effect.line === 'BUTTON' && this.now - this.#pressed < cut) {
          const wanted = !this.good;
          const press = ++this.#presses;
          const follow = () => {
            if (press === this.#presses) this.setGood(wanted);
          };
          if (wanted || !isDeaf) this.#after(delay, follow);
        }
        break;
      case 'drive':
        this.#after(delay, () => this.setGood(effect.value));
        break;
      case 'command':
        if (effect.action === 'powerUp') this.#after(delay, () => this.setGood(true));
        if (effect.action === 'powerDown') this.#after(delay, () => this.setGood(false));
        if (effect.action === 'softShutdown' && !isDeaf) this.#after(delay, () => this.setGood(false));
        break;
      case 'accepted':
        this.started.push({ request: effect.request, performed: effect.performed });
        break;
      case 'refused':
        this.refused.set(effect.request, effect.error as BoardRefusal);
        break;
      case 'ended':
        this.ended.set(effect.request, effect.outcome);
        break;
    }
  }
}

type Act = (host: VirtualHost) => void;
const request = fc.constantFrom(...resetTypes).map(
  (type): Act =>
    (host) =>
      void host.request(type),
);
const wait = fc.nat(8000).map(
  (time): Act =>
    (host) =>
      host.pass(time),
);
/** Power-good moves without anybody's doing. */
const flap = fc.boolean().map(
  (good): Act =>
    (host) =>
      host.setGood(good),
);
const loss = fc.constant<Act>((host) => {
  host.input({ kind: 'good', value: null });
  host.pass(100);
  host.input({ kind: 'good', value: host.good });
});
const replug = fc.constant<Act>((host) => {
  host.input({ kind: 'unplugged' });
  host.pass(100);
  host.input({ kind: 'plugged' });
  host.input({ kind: 'good', value: host.good });
});
const orderly = [
  { weight: 6, arbitrary: request },
  { weight: 6, arbitrary: wait },
  { weight: 1, arbitrary: loss },
  { weight: 1, arbitrary: replug },
];
const acts = fc.oneof(...orderly, { weight: 2, arbitrary: flap });
const kinds = fc.constantFrom(...(['gpio', 'relay', 'ipmi'] as const));
const behaviours: fc.Arbitrary<Behaviour> = fc.record({
  delay: fc.nat(1500),
  isDeaf: fc.boolean(),
  cut: fc.constant((timing.onPulse + timing.forceOffPulse) / 2),
});
/** Longer than any sequence. */
const long = 1_000_000;

describe('the power state machine', () => {
  it('drives one output at a time, and leaves none asserted', () => {
    fc.assert(
      fc.property(kinds, behaviours, fc.array(acts, { maxLength: 30 }), (kind, behaviour, script) => {
        const host = new VirtualHost(wirings[kind], behaviour);
        for (const act of script) act(host);
        host.pass(long);
        expect(host.mostOutstanding).toBeLessThanOrEqual(1);
        expect(host.mostAsserted).toBeLessThanOrEqual(1);
        expect([...host.asserted]).toEqual([]);
        expect(host.state).toMatchObject({ operation: null, queue: [], transition: null });
      }),
    );
  });

  it('answers each request once: accepted and ended, or refused', () => {
    fc.assert(
      fc.property(kinds, behaviours, fc.array(acts, { maxLength: 30 }), (kind, behaviour, script) => {
        const host = new VirtualHost(wirings[kind], behaviour);
        for (const act of script) act(host);
        host.pass(long);
        const accepted = host.started.map(({ request }) => request);
        expect(new Set(accepted).size).toBe(accepted.length);
        for (let request = 1; request <= host.requests; request++) {
          expect(accepted.includes(request)).toBe(!host.refused.has(request));
          if (accepted.includes(request)) expect(host.ended.has(request)).toBe(true);
        }
      }),
    );
  });

  it('ForceOff reaches Off from wherever it comes, unless the hardware fails', () => {
    fc.assert(
      fc.property(
        kinds,
        behaviours,
        fc.array(fc.oneof(...orderly), { maxLength: 20 }),
        (kind, behaviour, script) => {
          const host = new VirtualHost(wirings[kind], behaviour);
          for (const act of script) act(host);
          const request = host.request('ForceOff');
          host.pass(long);
          expect(host.refused.get(request)).toBeUndefined();
          expect(host.ended.get(request)).toEqual({ ok: true });
          expect([host.good, nameOf(host.state)]).toEqual([false, 'Off']);
        },
      ),
    );
  });

  it('refuses with a reason exactly what it then does not do', () => {
    fc.assert(
      fc.property(kinds, behaviours, fc.array(acts, { maxLength: 20 }), (kind, behaviour, script) => {
        const host = new VirtualHost(wirings[kind], behaviour);
        for (const act of script) act(host);
        const type = 'Nmi';
        const isOff = host.state.operation === null && !host.good;
        const request = host.request(type);
        const isWired = host.supported.includes(type);
        if (!isWired) expect(host.refused.get(request)?.reason).toBe('not-supported');
        else if (isOff) expect(host.refused.get(request)?.reason).toBe('not-in-this-state');
      }),
    );
  });

  it('ends the requests that wait, and what runs, when the daemon stops', () => {
    fc.assert(
      fc.property(kinds, behaviours, fc.array(acts, { maxLength: 20 }), (kind, behaviour, script) => {
        const host = new VirtualHost(wirings[kind], behaviour);
        for (const act of script) act(host);
        host.input({ kind: 'stop' });
        // A line that is asserted, or a command that was sent, ends in the same turn of the hardware.
        host.pass(0);
        host.pass(0);
        expect(host.state).toMatchObject({ operation: null, queue: [] });
        expect([...host.asserted]).toEqual([]);
        expect(host.refused.get(host.request('On'))?.message).toContain('the daemon is stopping');
      }),
    );
  });

  it('a failure to drive refuses the request, and the next one is tried anew', () => {
    const host = new VirtualHost(wirings.relay, { delay: 0, isDeaf: false, cut: 0 });
    const { state, effects } = turn(
      { id: 'host', name: 'Host', sequences: sequencesOf(wirings.relay) },
      turn(
        { id: 'host', name: 'Host', sequences: sequencesOf(wirings.relay) },
        host.state,
        { kind: 'request', request: 1, type: 'On' },
        0,
      ).state,
      { kind: 'failed', error: new Error('line RELAY has gone') },
      0,
    );
    expect(effects.map(({ kind }) => kind)).toEqual(['event', 'refused', 'ended', 'changed', 'resting']);
    expect(state).toMatchObject({ operation: null, failed: true, fault: 'line RELAY has gone' });
  });
});

it('the reset types are those of the specification', async () => {
  const { default: facts } = await import('../../../../src/redfish/generated/schemas.json', {
    with: { type: 'json' },
  });
  const all = new Set(
    JSON.stringify(facts).match(/"(?:On|Force\w+|Graceful\w+|Nmi|PushPowerButton|PowerCycle)"/g),
  );
  for (const type of resetTypes) expect(all).toContain(`"${type}"`);
});
