/** One host: its power, what it remembers, and what its pins tell of it. */
import type { HostFacts } from '../platform/schema.ts';
import type { Changes } from './changes.ts';
import type { Lines } from './lines.ts';
import type { Memory } from './memory.ts';
import type { BootOverride, Health, Host, RestorePolicy } from './model.ts';
import { HostPower } from './power.ts';
import type { Gate } from './sampler.ts';

/** Rails and regulators need a moment after power-good before their readings mean anything. */
const settleAfterPowerOn = 2_000;
/** A state that has held this long is what to return to after mains was lost; the drop before it is not. */
const steady = 5_000;

export class BoardHost {
  readonly facts: HostFacts;
  readonly power: HostPower;
  readonly #lines: Lines;
  readonly #memory: Memory;
  readonly #changes: Changes;
  readonly #health: () => Health;
  #settled: NodeJS.Timeout | undefined;
  #gate: NodeJS.Timeout | undefined;

  /** `health` is what the parts of the host add up to; `onPower` is called when power comes or goes. */
  constructor(
    facts: HostFacts,
    parts: { lines: Lines; memory: Memory; changes: Changes },
    health: () => Health,
    onPower: () => void,
  ) {
    this.facts = facts;
    this.#lines = parts.lines;
    this.#memory = parts.memory;
    this.#changes = parts.changes;
    this.#health = health;
    let good: boolean | null = null;
    this.power = new HostPower(facts, parts.lines, {
      changed: () => {
        this.#changes.touch();
        if (this.power.good === good) return;
        good = this.power.good;
        clearTimeout(this.#gate);
        if (good) this.#gate = setTimeout(onPower, settleAfterPowerOn).unref();
        onPower();
      },
      event: (event) =>
        this.#changes.emit({ ...event, origin: { kind: 'host', id: facts.id }, host: facts.id }),
      settled: (on) => {
        clearTimeout(this.#settled);
        this.#settled = setTimeout(() => this.#remember(on), steady).unref();
      },
    });
    for (const { present } of facts.processors?.sockets ?? [])
      this.#lines.watch(present, () => this.#changes.touch());
  }

  /** Whether what this host powers can be read now. */
  get gate(): Gate {
    if (this.power.good !== true) return 'off';
    return performance.now() - this.power.goodSince < settleAfterPowerOn - 10 ? 'settling' : 'on';
  }

  get view(): Host {
    const { id, name, chassis } = this.facts;
    const { power } = this;
    const health = power.fault === null ? this.#health() : 'Critical';
    return {
      id,
      name: name ?? id,
      chassis,
      facts: this.facts,
      powerState: power.state,
      postComplete: power.postComplete,
      lastReset: power.lastReset,
      restorePolicy: this.restorePolicy,
      boot: this.#memory.boot(id),
      assetTag: this.#memory.assetTag('host', id),
      processorCount: this.#processors(),
      status: {
        state: power.good === null ? 'UnavailableOffline' : power.good ? 'Enabled' : 'StandbyOffline',
        health,
      },
      supportedResets: power.supported,
      allowedResets: () => power.allowed(),
    };
  }

  get restorePolicy(): RestorePolicy {
    return this.#memory.restorePolicy(this.facts.id) ?? this.facts.restorePolicy ?? 'LastState';
  }

  setBoot(boot: BootOverride): void {
    this.#memory.setBoot(this.facts.id, boot);
    this.#changes.touch();
  }

  setRestorePolicy(policy: RestorePolicy): void {
    this.#memory.setRestorePolicy(this.facts.id, policy);
    this.#changes.touch();
  }

  setAssetTag(tag: string): void {
    this.#memory.setAssetTag('host', this.facts.id, tag);
    this.#changes.touch();
  }

  /** An operation that was asked for says at once what to return to, whatever mains does meanwhile. */
  wanted(on: boolean): void {
    clearTimeout(this.#settled);
    this.#remember(on);
  }

  /** Mains has returned: does what the policy says. */
  mainsRestored(): void {
    const policy = this.restorePolicy;
    const on = policy === 'AlwaysOn' || (policy === 'LastState' && this.#memory.wasOn(this.facts.id));
    if (on && this.power.good === false) this.power.restore();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#settled);
    clearTimeout(this.#gate);
    await this.power.stop();
  }

  #remember(on: boolean): void {
    this.#memory.setWasOn(this.facts.id, on);
  }

  #processors(): number | null {
    const sockets = this.facts.processors?.sockets;
    if (sockets === undefined) return null;
    const occupied = sockets.map(({ present }) => this.#lines.get(present));
    return occupied.includes(null) ? null : occupied.filter(Boolean).length;
  }
}
