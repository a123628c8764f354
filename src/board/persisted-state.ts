/** State of the board that persists over restarts; every stored value is validated when it is read. */

import type { Override } from './cooling/zone.ts';
import type { BoardSettings } from './model/board.ts';
import type { Cooling, LoopSettings } from './model/cooling.ts';
import { type BootOverride, type BootRetrySettings, bootTargets, type RestorePolicy } from './model/power.ts';
import type { ThresholdSettings } from './model/sensor.ts';
import { isThresholdName } from './sensing/thresholds.ts';

const restorePolicies: readonly string[] = ['AlwaysOn', 'AlwaysOff', 'LastState'];
const bootEnabled: readonly string[] = ['Disabled', 'Once', 'Continuous'];

const retryConfigs = ['Disabled', 'RetryAttempts', 'RetryAlways'] as const;
/** What holds before anything was set. */
const noRetry: BootRetrySettings = { config: 'Disabled', attempts: 3 };

const noOverride: BootOverride = {
  enabled: 'Disabled',
  target: 'None',
  mode: null,
  uefiTarget: null,
  httpBootUri: null,
};

export class PersistedState {
  readonly #settings: BoardSettings;

  constructor(settings: BoardSettings) {
    this.#settings = settings;
  }

  assetTag(kind: 'host' | 'chassis', id: string): string {
    return this.#settings.get(`board.${kind}.${id}.assetTag`) ?? '';
  }

  setAssetTag(kind: 'host' | 'chassis', id: string, tag: string): void {
    this.#settings.set(`board.${kind}.${id}.assetTag`, tag);
  }

  restorePolicy(host: string): RestorePolicy | undefined {
    const text = this.#settings.get(`board.host.${host}.restorePolicy`);
    return text !== undefined && restorePolicies.includes(text) ? (text as RestorePolicy) : undefined;
  }

  setRestorePolicy(host: string, policy: RestorePolicy): void {
    this.#settings.set(`board.host.${host}.restorePolicy`, policy);
  }

  boot(host: string): BootOverride {
    try {
      const value: unknown = JSON.parse(this.#settings.get(`board.host.${host}.boot`) ?? 'null');
      if (typeof value !== 'object' || value === null) return noOverride;
      const { enabled, target, mode, uefiTarget, httpBootUri } = value as Record<string, unknown>;
      const known = bootTargets.find((each) => each === target);
      if (typeof enabled !== 'string' || !bootEnabled.includes(enabled) || known === undefined)
        return noOverride;
      return {
        enabled: enabled as BootOverride['enabled'],
        target: known,
        mode: mode === 'Legacy' || mode === 'UEFI' ? mode : null,
        uefiTarget: typeof uefiTarget === 'string' ? uefiTarget : null,
        httpBootUri: typeof httpBootUri === 'string' ? httpBootUri : null,
      };
    } catch {
      return noOverride;
    }
  }

  setBoot(host: string, boot: BootOverride): void {
    this.#settings.set(`board.host.${host}.boot`, JSON.stringify(boot));
  }

  bootRetry(host: string): BootRetrySettings {
    const [name, count] = (this.#settings.get(`board.host.${host}.bootRetry`) ?? '').split(' ');
    const config = retryConfigs.find((each) => each === name);
    const attempts = Number(count);
    return config !== undefined && Number.isSafeInteger(attempts) && attempts >= 0
      ? { config, attempts }
      : noRetry;
  }

  setBootRetry(host: string, { config, attempts }: BootRetrySettings): void {
    this.#settings.set(`board.host.${host}.bootRetry`, `${config} ${attempts}`);
  }

  /** Number of observed boots of a host; 0 before the first. */
  boots(host: string): number {
    const value = Number(this.#settings.get(`board.host.${host}.boots`) ?? 0);
    return Number.isSafeInteger(value) && value > 0 ? value : 0;
  }

  setBoots(host: string, count: number): void {
    this.#settings.set(`board.host.${host}.boots`, String(count));
  }

  /** Whether the host was on in its last steady state. */
  wasOn(host: string): boolean {
    return this.#settings.get(`board.host.${host}.power`) === 'on';
  }

  setWasOn(host: string, on: boolean): void {
    this.#settings.set(`board.host.${host}.power`, on ? 'on' : 'off');
  }

  /** Requested power of a slot; `cycle` while a power cycle runs, which ends with it on. */
  slot(chassis: string): 'on' | 'off' | 'cycle' | undefined {
    const state = this.#settings.get(`board.chassis.${chassis}.power`);
    return state === 'on' || state === 'off' || state === 'cycle' ? state : undefined;
  }

  setSlot(chassis: string, state: 'on' | 'off' | 'cycle'): void {
    if (this.slot(chassis) !== state) this.#settings.set(`board.chassis.${chassis}.power`, state);
  }

  console(host: string): boolean {
    return this.#settings.get(`board.host.${host}.console`) !== 'off';
  }

  setConsole(host: string, on: boolean): void {
    this.#settings.set(`board.host.${host}.console`, on ? 'on' : 'off');
  }

  identify(chassis: string): boolean {
    return this.#settings.get(`board.chassis.${chassis}.identify`) === 'on';
  }

  setIdentify(chassis: string, on: boolean): void {
    this.#settings.set(`board.chassis.${chassis}.identify`, on ? 'on' : 'off');
  }

  /** Thresholds set for a sensor; a stored value that is damaged counts as none. */
  thresholds(sensor: string): ThresholdSettings {
    try {
      return thresholdSettingsOf(JSON.parse(this.#settings.get(`board.sensor.${sensor}.thresholds`) ?? '{}'));
    } catch {
      return {};
    }
  }

  setThresholds(sensor: string, thresholds: ThresholdSettings): void {
    this.#settings.set(`board.sensor.${sensor}.thresholds`, JSON.stringify(thresholds));
  }

  cooling(): Cooling['mode'] {
    return this.#settings.get('board.cooling') === 'manual' ? 'manual' : 'automatic';
  }

  setCooling(mode: Cooling['mode']): void {
    this.#settings.set('board.cooling', mode);
  }

  /** Floor and offset that a user gave a zone; undefined for none, also where the stored value is damaged. */
  override(zone: string): Override | undefined {
    const { floor, offset } = numbersIn(this.#settings.get(`board.cooling.zone.${zone}`));
    if (floor === undefined || offset === undefined || floor < 0 || floor > 100) return undefined;
    return Math.abs(offset) <= 100 ? { floor, offset } : undefined;
  }

  setOverride(zone: string, override: Override | null): void {
    this.#settings.set(`board.cooling.zone.${zone}`, JSON.stringify(override));
  }

  /** Settings of a loop; a stored value that is damaged counts as none. */
  loop(zone: string, loop: string): LoopSettings {
    const { target, proportional, integral } = numbersIn(
      this.#settings.get(`board.cooling.zone.${zone}.${loop}`),
    );
    return {
      ...(target !== undefined && { target }),
      ...(proportional !== undefined && proportional >= 0 && { proportional }),
      ...(integral !== undefined && integral >= 0 && { integral }),
    };
  }

  setLoop(zone: string, loop: string, settings: LoopSettings): void {
    this.#settings.set(`board.cooling.zone.${zone}.${loop}`, JSON.stringify(settings));
  }

  fullSpeed(): boolean {
    return this.#settings.get('board.cooling.fullSpeed') === 'on';
  }

  setFullSpeed(on: boolean): void {
    this.#settings.set('board.cooling.fullSpeed', on ? 'on' : 'off');
  }

  duty(fan: string): number | undefined {
    const value = Number(this.#settings.get(`board.fan.${fan}.duty`) || Number.NaN);
    return value >= 0 && value <= 100 ? value : undefined;
  }

  setDuty(fan: string, percent: number): void {
    this.#settings.set(`board.fan.${fan}.duty`, String(percent));
  }
}

function thresholdSettingsOf(value: unknown): ThresholdSettings {
  if (typeof value !== 'object' || value === null) return {};
  const entries = Object.entries(value).filter(
    ([name, limit]) =>
      isThresholdName(name) && (limit === null || (typeof limit === 'number' && Number.isFinite(limit))),
  );
  return Object.fromEntries(entries);
}

/** The finite numbers of a stored JSON object by name; none where it is damaged. */
function numbersIn(text: string | undefined): Readonly<Record<string, number | undefined>> {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(
      Object.entries(value).filter(([, each]) => typeof each === 'number' && Number.isFinite(each)),
    );
  } catch {
    return {};
  }
}
