/**
 * The network of the management controller. A change is durable when `apply` resolves. A change that may disconnect the
 * client takes effect after a short delay, so that the response arrives. A change on trial is undone unless it is confirmed
 * in time.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Settings } from '../store/settings.ts';
import type { HttpsPort } from './https-port.ts';
import {
  defaultInterfaceSettings,
  type InterfaceSettings,
  type ManagerNetwork,
  type NetworkBackend,
  type NetworkChange,
  type NetworkInterface,
} from './model.ts';
import { isLike } from './shape.ts';
import { Trials } from './trials.ts';

/** A change of the network, or of the port on which the daemon itself listens. */
export type NetworkStep = NetworkChange | { readonly kind: 'httpsPort'; readonly port: number };

/** The result of a change after the response was sent. */
export interface NetworkReport {
  readonly outcome: 'applied' | 'failed' | 'undone';
  /** Name of the change: `interface eth0`, `httpsPort`. */
  readonly name: string;
  /** Id of the changed interface, if it was one. */
  readonly interface?: string;
  readonly reason: string;
}

export interface NetworkOptions {
  readonly backend: NetworkBackend;
  readonly settings: Settings;
  readonly httpsPort: HttpsPort;
  readonly report: (report: NetworkReport) => void;
  /** Delay of a change that may disconnect the client, milliseconds. */
  readonly delay?: number;
}

const defaultDelay = 500;

interface Deferred {
  readonly timer: NodeJS.Timeout;
  readonly run: () => Promise<void>;
}

export class Network {
  readonly #backend: NetworkBackend;
  readonly #httpsPort: HttpsPort;
  readonly #report: NetworkOptions['report'];
  readonly #delay: number;
  readonly #trials: Trials<NetworkStep>;
  readonly #deferred = new Map<string, Deferred>();

  constructor(options: NetworkOptions) {
    this.#backend = options.backend;
    this.#httpsPort = options.httpsPort;
    this.#report = options.report;
    this.#delay = options.delay ?? defaultDelay;
    this.#trials = new Trials<NetworkStep>({
      settings: options.settings,
      decode: stepOf,
      undo: (name, step) => void this.#undo(name, step, 'it was not confirmed in time'),
    });
  }

  read(): ManagerNetwork {
    return this.#backend.read();
  }

  /** Undoes the changes that were on trial when the daemon last stopped. */
  async start(): Promise<void> {
    for (const { name, undo } of this.#trials.drainUnfinished())
      await this.#undo(name, undo, 'it was not confirmed before the daemon ended');
  }

  /** Whether a step may disconnect the client for good, so that a trial is useful. */
  isRisky(step: NetworkStep): boolean {
    if (this.#trials.has(nameOf(step))) return true;
    return step.kind === 'httpsPort' ? step.port !== this.#httpsPort.wanted : this.#cutsOff(step);
  }

  /**
   * Applies one step. Without `trial` it confirms an earlier trial of the same name.
   * @param trial milliseconds after which the step is undone unless it is confirmed; ignored for a step without risk
   * @returns a function that undoes the step
   * @throws NetworkError, StoreError, or the system's error when a port is not available; then nothing has changed
   */
  async apply(step: NetworkStep, trial?: number): Promise<() => Promise<void>> {
    const name = nameOf(step);
    const before = this.#reverseOf(step);
    const deferred = this.#cutsOff(step);
    const changes = !this.#holds(step);
    const onTrial = trial !== undefined && this.isRisky(step);
    const earlier = this.#trials.has(name);
    // The trial is stored first: after a power loss at any later point the change is undone.
    if (onTrial) this.#trials.begin(name, before, trial);
    let written = false;
    try {
      if (changes) {
        this.#write(step);
        written = true;
        this.#cancel(name);
        if (deferred) this.#defer(name, step, before);
        else await this.#activate(step);
      }
      if (!onTrial) this.#trials.confirm(name);
    } catch (error) {
      if (onTrial && !earlier) this.#trials.confirm(name);
      if (written) await this.#restore(name, before, error);
      throw error;
    }
    return async () => {
      if (!changes) return;
      const waiting = this.#cancel(name);
      this.#trials.confirm(name);
      this.#write(before);
      if (!waiting) await this.#activate(before);
    };
  }

  /** Applies delayed changes at once. Changes on trial are undone at the next start. */
  async close(): Promise<void> {
    for (const [name, { run }] of [...this.#deferred]) {
      this.#cancel(name);
      await run();
    }
    this.#trials.close();
  }

  #interface(id: string): NetworkInterface | undefined {
    return this.read().interfaces.find((each) => each.id === id);
  }

  #cutsOff(step: NetworkStep): boolean {
    if (step.kind !== 'interface') return false;
    const now = this.#interface(step.id)?.settings ?? defaultInterfaceSettings;
    const then = step.settings ?? defaultInterfaceSettings;
    return !isDeepStrictEqual(reachability(now), reachability(then));
  }

  /** Whether the step requests the present state. */
  #holds(step: NetworkStep): boolean {
    switch (step.kind) {
      case 'interface':
        return isDeepStrictEqual(this.#interface(step.id)?.settings, step.settings);
      case 'httpsPort':
        return step.port === this.#httpsPort.wanted;
      default:
        return isDeepStrictEqual(this.#reverseOf(step), step);
    }
  }

  /** Returns the step that restores the present state. */
  #reverseOf(step: NetworkStep): NetworkStep {
    const { hostName, domain, ntp, ssh, addressPolicies } = this.read();
    switch (step.kind) {
      case 'interface':
        return {
          kind: 'interface',
          id: step.id,
          settings: reverseSettings(this.#interface(step.id), step.settings),
        };
      case 'name':
        return { kind: 'name', hostName, domain };
      case 'time':
        return { kind: 'time', enabled: ntp.enabled, servers: ntp.servers };
      case 'ssh':
        return { kind: 'ssh', enabled: ssh?.enabled === true };
      case 'addressPolicies':
        return { kind: 'addressPolicies', policies: addressPolicies };
      case 'httpsPort':
        return { kind: 'httpsPort', port: this.#httpsPort.wanted };
    }
  }

  #write(step: NetworkStep): void {
    if (step.kind !== 'httpsPort') this.#backend.write(step);
  }

  #activate(step: NetworkStep): Promise<void> {
    return step.kind === 'httpsPort' ? this.#httpsPort.move(step.port) : this.#backend.activate(step);
  }

  #defer(name: string, step: NetworkStep, before: NetworkStep): void {
    const run = async () => {
      this.#deferred.delete(name);
      try {
        await this.#activate(step);
        this.#report({ outcome: 'applied', name, reason: '', ...interfaceOf(step) });
      } catch (error) {
        this.#trials.confirm(name);
        await this.#undo(name, before, error);
      }
    };
    this.#deferred.set(name, { run, timer: setTimeout(() => void run(), this.#delay) });
  }

  /** Cancels a delayed change. @returns false when there was none */
  #cancel(name: string): boolean {
    clearTimeout(this.#deferred.get(name)?.timer);
    return this.#deferred.delete(name);
  }

  /** Undoes a change after its response was sent, and reports the result. Never rejects. */
  async #undo(name: string, before: NetworkStep, why: unknown): Promise<void> {
    if (await this.#restore(name, before, why))
      this.#report({ outcome: 'undone', name, reason: textOf(why), ...interfaceOf(before) });
  }

  /** Restores the previous state; reports a failure. @returns whether it succeeded */
  async #restore(name: string, before: NetworkStep, why: unknown): Promise<boolean> {
    this.#cancel(name);
    try {
      this.#write(before);
      await this.#activate(before);
      return true;
    } catch (error) {
      const reason = `${textOf(why)}, and it could not be undone: ${textOf(error)}`;
      this.#report({ outcome: 'failed', name, reason, ...interfaceOf(before) });
      return false;
    }
  }
}

const textOf = (why: unknown): string => (why instanceof Error ? why.message : String(why));

const interfaceOf = (step: NetworkStep): { readonly interface?: string } =>
  step.kind === 'interface' ? { interface: step.id } : {};

const nameOf = (step: NetworkStep): string =>
  step.kind === 'interface' ? `interface ${step.id}` : step.kind;

/** Returns the settings that determine whether a client still reaches the controller. */
function reachability({ nameServers, dhcp4, dhcp6, ...rest }: InterfaceSettings) {
  const { enabled, useGateway, useRoutes } = dhcp4;
  // Static addresses are inactive while DHCP is enabled.
  return {
    ...rest,
    ipv4: enabled ? [] : rest.ipv4,
    dhcp4: { enabled, useGateway, useRoutes },
    dhcp6: dhcp6.enabled,
  };
}

/**
 * Returns the settings that restore an interface. A MAC address or MTU that was the hardware's own is stated: no network
 * daemon restores it without a value.
 */
function reverseSettings(
  now: NetworkInterface | undefined,
  wanted: InterfaceSettings | null,
): InterfaceSettings | null {
  if (now === undefined) return null;
  const { settings } = now;
  const mac = settings.macAddress === null && (wanted?.macAddress ?? null) !== null;
  const mtu = settings.mtu === null && (wanted?.mtu ?? null) !== null;
  if (!mac && !mtu) return now.own ? settings : null;
  return {
    ...settings,
    ...(mac ? { macAddress: now.macAddress } : {}),
    ...(mtu ? { mtu: now.mtu } : {}),
  };
}

/** Converts a stored step; undefined when the value has another shape. */
function stepOf(value: unknown): NetworkStep | undefined {
  const kind = (value as { readonly kind?: unknown } | null)?.kind;
  if (kind === 'httpsPort') return isLike(value, { kind, port: 0 }) ? { kind, port: value.port } : undefined;
  if (kind !== 'interface' || !isLike(value, { kind, id: '', settings: null as unknown })) return undefined;
  const { id, settings } = value;
  if (settings !== null && !isLike(settings, defaultInterfaceSettings)) return undefined;
  return { kind, id, settings };
}
