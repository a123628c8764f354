/** Fan control of a board: steps its zones by the clock, and tells what they do. Reads no bus. */
import type { Platform, ZoneFacts } from '../../platform/vocabulary/index.ts';
import type { CoolingZone, LoopSettings, ZoneSettings } from '../model/cooling.ts';
import { BoardRefusal } from '../model/refusal.ts';
import { chassisScope } from '../model/revisions.ts';
import type { Health } from '../model/status.ts';
import { BoardLoop } from './board-loop.ts';
import { BoardZone } from './board-zone.ts';
import { type InputNode, inputOf, inputsOfNode, isHot } from './inputs.ts';
import type { Input, LoopInputs } from './loop.ts';
import type { CoolingParts } from './parts.ts';
import { Protections } from './protections.ts';

/** A step that is later than so many periods counts as one period: the clock stood, or the process did. */
const longestStep = 5;
/** Milliseconds after the last step at which the loops count as stopped. */
const longestPause = 10_000;
/** Seconds for which another demand must lead before it is logged. */
const leadsFor = 10;
/** Milliseconds between two looks at fans without a zone. */
const supervisionPeriod = 1_000;

/** What was told of a zone last. */
interface Told {
  health: Health;
  lead: string;
  /** Seconds for which something else than `lead` has led. */
  otherFor: number;
  state: string;
}

export class BoardCooling {
  readonly zones: ReadonlyMap<string, BoardZone>;
  readonly #parts: CoolingParts;
  readonly #manualLimit: number;
  readonly #protections: Protections;
  readonly #duties = new Map<string, number>();
  readonly #told = new Map<string, Told>();
  readonly #steppedAt = new Map<string, number>();
  readonly #timers: NodeJS.Timeout[] = [];
  #isStarted = false;

  constructor({ cooling }: Platform, parts: CoolingParts, defaultChassis: string) {
    this.#parts = parts;
    this.#manualLimit = cooling?.manualLimit ?? Number.POSITIVE_INFINITY;
    const zones = cooling?.zones ?? [];
    this.zones = new Map(zones.map((facts) => [facts.id, this.#createZone(facts, defaultChassis)]));
    this.#protections = new Protections(
      zones.flatMap(({ shutdown = [] }) => shutdown),
      parts,
    );
  }

  /** Every zone has made a step lately, or there is none. */
  get isAlive(): boolean {
    if (!this.#isStarted) return false;
    const now = performance.now();
    return [...this.#steppedAt.values()].every((at) => now - at < longestPause);
  }

  start(): void {
    this.#isStarted = true;
    for (const zone of this.zones.values()) {
      const { period = 1000 } = zone.facts;
      this.#steppedAt.set(zone.id, performance.now());
      this.#timers.push(setInterval(() => this.#step(zone, period), period).unref());
    }
    let before = performance.now();
    const supervise = () => {
      const now = performance.now();
      this.#supervise(Math.min(now - before, longestStep * supervisionPeriod) / 1000);
      before = now;
    };
    this.#timers.push(setInterval(supervise, supervisionPeriod).unref());
  }

  stop(): void {
    this.#isStarted = false;
    for (const timer of this.#timers) clearInterval(timer);
  }

  /** @throws BoardRefusal, what the settings throw; nothing has changed then */
  setZone(id: string, settings: ZoneSettings): void {
    const zone = this.#zone(id);
    const override = settings.mode === 'automatic' ? null : { ...overrideOf(zone), ...given(settings) };
    if (override !== null) {
      const { floor, offset } = override;
      if (!(floor >= 0 && floor <= 100)) throw outOfRange('floor', floor);
      if (!(offset >= -100 && offset <= 100)) throw outOfRange('offset', offset);
    }
    this.#parts.persisted.setOverride(id, override);
    zone.setOverride(override);
    this.#parts.signals.emit('stateChanged', chassisScope(zone.chassis));
  }

  /** @throws BoardRefusal, what the settings throw; nothing has changed then */
  setLoop(zone: string, id: string, settings: LoopSettings): void {
    const loop = this.#loop(zone, id);
    loop.checkSettings(settings);
    this.#storeLoop(loop, { ...loop.settings, ...settings });
  }

  resetLoop(zone: string, id: string): void {
    this.#storeLoop(this.#loop(zone, id), {});
  }

  #storeLoop(loop: BoardLoop, settings: LoopSettings): void {
    this.#parts.persisted.setLoop(loop.zone, loop.id, settings);
    loop.setSettings(settings);
    this.#parts.signals.emit('stateChanged', chassisScope(this.#zone(loop.zone).chassis));
  }

  #zone(id: string): BoardZone {
    const zone = this.zones.get(id);
    if (zone === undefined) throw new BoardRefusal('not-supported', `there is no zone ${id}`);
    return zone;
  }

  #loop(zone: string, id: string): BoardLoop {
    const loop = this.#zone(zone).loops.get(id);
    if (loop === undefined) throw new BoardRefusal('not-supported', `the zone ${zone} has no loop ${id}`);
    return loop;
  }

  #createZone(facts: ZoneFacts, defaultChassis: string): BoardZone {
    const { fans, persisted } = this.#parts;
    const own = facts.fans.flatMap((id) => fans.all.get(id) ?? []);
    const loops = facts.loops.map((loop) => new BoardLoop(loop, facts.id, persisted.loop(facts.id, loop.id)));
    const { minimumDuty, failSafeDuty } = fans.cooling;
    const parts = {
      ...{ fans: own, minimumDuty, failSafeDuty },
      loops: new Map(loops.map((loop) => [loop.id, loop])),
      chassis: own[0]?.chassis ?? defaultChassis,
      isManual: () => fans.cooling.mode === 'manual',
      isFullSpeed: () => fans.cooling.isFullSpeed,
      inputsOf: (loop: BoardLoop) => this.#inputsOf(loop),
      isHot: (inputs: LoopInputs) => this.#isHot(inputs),
    };
    return new BoardZone(facts, parts, persisted.override(facts.id));
  }

  #step(zone: BoardZone, period: number): void {
    const now = performance.now();
    const elapsed = now - (this.#steppedAt.get(zone.id) ?? now);
    this.#steppedAt.set(zone.id, now);
    const seconds = (elapsed > longestStep * period ? period : elapsed) / 1000;
    for (const [fan, duty] of zone.step(seconds)) this.#duties.set(fan, duty);
    this.#parts.fans.control(new Map(this.#duties));
    this.#announce(zone, seconds);
  }

  #supervise(seconds: number): void {
    const { fans, log } = this.#parts;
    for (const fan of fans.all.values()) fan.supervise(seconds);
    this.#protections.step(seconds);
    if ((fans.manualFor ?? 0) < this.#manualLimit) return;
    log.info('manual fan control has ended by itself', { after: `${this.#manualLimit / 1000} s` });
    fans
      .setMode('automatic')
      .catch((error: unknown) =>
        log.error('automatic fan control cannot be stored', { error: String(error) }),
      );
  }

  #inputsOf(loop: BoardLoop): LoopInputs {
    const { of = [], ofNodes, substitute, feedForward, optional = false } = loop.facts;
    const own = of.flatMap((id) => this.#input(id, optional) ?? []);
    const main =
      ofNodes === undefined ? own : this.#nodes().flatMap((node) => this.#ofNode(node, ofNodes, optional));
    loop.sensors = main.flatMap(({ sensor }) => (this.#parts.sensors.all.has(sensor) ? [sensor] : []));
    return {
      main,
      substitutes: (substitute?.of ?? []).flatMap((id) => this.#input(id, false) ?? []),
      feedForward: feedForward === undefined ? null : (this.#input(feedForward.of, false) ?? null),
    };
  }

  #input(id: string, isOptional: boolean): Input | undefined {
    const sensor = this.#parts.sensors.all.get(id);
    return sensor && inputOf(sensor, isOptional);
  }

  #ofNode(node: InputNode, names: readonly string[], isOptional: boolean): readonly Input[] {
    return inputsOfNode(node, names, isOptional, (id) => this.#parts.sensors.all.get(id));
  }

  #nodes(): readonly InputNode[] {
    const { nodes, hosts, availability } = this.#parts;
    return [...nodes.all.values()].map(({ id, chassis, facts, isReachable }) => {
      const isOff = hosts.all.get(facts.host ?? '')?.unavailability?.state === 'StandbyOffline';
      return { id, isReachable, isPowered: !isOff && availability.of(chassis) === null };
    });
  }

  #isHot({ main }: LoopInputs): boolean {
    return main.some(({ sensor }) => {
      const found = this.#parts.sensors.all.get(sensor);
      return found !== undefined && isHot(found);
    });
  }

  /** Events of its health, changes of what it shows, and in the log another leader. */
  #announce(zone: BoardZone, seconds: number): void {
    const { signals } = this.#parts;
    const lead = `${zone.leader.reason} ${zone.leader.loop}`;
    const told = this.#told.get(zone.id) ?? { health: 'OK', lead, otherFor: 0, state: '' };
    this.#told.set(zone.id, told);
    this.#logLeader(zone, lead, told, seconds);
    const { health } = zone.status;
    const state = [health, zone.mode, ...[...zone.loops.values()].map(({ status }) => status.state)].join();
    signals.emit(state === told.state ? 'readingChanged' : 'stateChanged', chassisScope(zone.chassis));
    told.state = state;
    if (health === told.health) return;
    told.health = health;
    signals.emit('event', {
      message: messages[health],
      args: [zone.name],
      severity: health,
      origin: { kind: 'control', id: zone.id, chassis: zone.chassis },
      condition: `zone:${zone.id}`,
      resolves: health === 'OK',
      ...(health !== 'OK' && { detail: reasonsOf(zone) }),
    });
  }

  #logLeader({ id, leader }: BoardZone, lead: string, told: Told, seconds: number): void {
    told.otherFor = lead === told.lead ? 0 : told.otherFor + seconds;
    if (told.otherFor < leadsFor) return;
    told.lead = lead;
    told.otherFor = 0;
    const { duty, reason, loop, sensor } = leader;
    this.#parts.log.info('another demand leads the fans of a zone', {
      ...{ zone: id, reason, duty: Math.round(duty) },
      ...(loop !== null && { loop }),
      ...(sensor !== null && { sensor }),
    });
  }
}

const messages = {
  OK: 'Environmental.FanGroupNormal',
  Warning: 'Environmental.FanGroupWarning',
  Critical: 'Environmental.FanGroupCritical',
} as const;

function reasonsOf({ failedFans, loops }: BoardZone): string {
  const reasons = [...loops.values()].flatMap(({ name, reason, leader }) => {
    if (reason === 'fail-safe')
      return [`${leader} cannot be read, so that loop ${name} asks for its fail-safe duty`];
    if (reason === 'substitute') return [`loop ${name} follows ${leader} in place of its inputs`];
    return reason === 'critical' ? [`${leader} is above its critical threshold`] : [];
  });
  const fans = failedFans.length === 0 ? [] : [`failed or absent: ${failedFans.join(', ')}`];
  return `${[...fans, ...reasons].join('; ')}.`;
}

const overrideOf = ({ floor, offset }: CoolingZone) => ({ floor, offset });
const given = ({ floor, offset }: Extract<ZoneSettings, { mode: 'override' }>) => ({
  ...(floor !== undefined && { floor }),
  ...(offset !== undefined && { offset }),
});
const outOfRange = (name: string, value: number) =>
  new BoardRefusal('out-of-range', `${name} cannot be ${value} percent`);
