/** How one host boots: the boot override and its single use, and retries of a boot that fails. */
import type { Logger } from '../../base/logger.ts';
import type { HostFacts } from '../../platform/vocabulary/index.ts';
import type { HostEvent } from '../model/event.ts';
import type { BootOverride, BootRetry, BootRetrySettings } from '../model/power.ts';
import { BoardRefusal } from '../model/refusal.ts';
import type { PersistedState } from '../persisted-state.ts';
import { BootRetries } from './boot-retry.ts';
import { OneTimeBoot } from './one-time-boot.ts';

export interface HostBootParts {
  readonly persisted: PersistedState;
  /** Whether the controller of the host still holds a boot override that it was given. */
  readonly isBootPending?: () => Promise<boolean>;
  readonly changed: () => void;
  readonly emit: (event: HostEvent) => void;
  /** Restarts the host after a failed boot. @throws BoardRefusal, DeviceError */
  readonly restart: () => Promise<unknown>;
  readonly log: Logger;
}

export class HostBoot {
  readonly #facts: HostFacts;
  readonly #parts: HostBootParts;
  readonly #once: OneTimeBoot;
  readonly #retries: BootRetries;

  constructor(facts: HostFacts, parts: HostBootParts) {
    this.#facts = facts;
    this.#parts = parts;
    const { persisted, isBootPending, emit } = parts;
    this.#once = new OneTimeBoot({
      boot: () => this.override,
      used: () => this.#overrideUsed(),
      hasPost: facts.post !== undefined,
      ...(isBootPending === undefined ? {} : { isPending: isBootPending }),
    });
    this.#retries = new BootRetries({
      settings: () => persisted.bootRetry(facts.id),
      restart: () => this.#retry(),
      emit,
    });
  }

  get override(): BootOverride {
    return this.#parts.persisted.boot(this.#facts.id);
  }

  /** Null where no line shows that a boot has failed. */
  get retry(): BootRetry | null {
    return this.#facts.post === undefined ? null : this.#retries.state;
  }

  /** @throws what the settings throw; nothing has changed then */
  setOverride(boot: BootOverride): void {
    this.#parts.persisted.setBoot(this.#facts.id, boot);
    this.#parts.changed();
  }

  /** @throws BoardRefusal, what the settings throw; nothing has changed then */
  setRetry(settings: BootRetrySettings): void {
    const { id, post } = this.#facts;
    if (post === undefined)
      throw new BoardRefusal(
        'not-supported',
        `${id} has no line that shows whether it has booted: see \`post\``,
      );
    this.#parts.persisted.setBootRetry(id, settings);
    this.#retries.reset();
    this.#parts.changed();
  }

  /** The firmware has read the boot flags from this daemon. */
  flagsRead(): void {
    this.#once.flagsRead();
  }

  /** The firmware has told that it has taken the override. */
  taken(): void {
    if (this.override.enabled === 'Once') this.#overrideUsed();
  }

  /** The firmware begins anew. */
  began(): void {
    this.#once.bootBegan();
  }

  /** The self test has not finished in its time. */
  failed(): void {
    this.#retries.bootFailed();
  }

  /** The firmware has finished or, unless `isPowered`, has lost its power. */
  over(isPowered: boolean): void {
    this.#once.bootOver();
    if (isPowered) this.#retries.reset();
  }

  /** A reset was requested: a boot that fails after it has all its retries again. */
  resetRequested(): void {
    this.#retries.reset();
  }

  stop(): void {
    this.#once.stop();
  }

  #retry(): void {
    const { restart, log } = this.#parts;
    restart().catch((error: unknown) => {
      log.error('a failed boot cannot be retried', { host: this.#facts.id, error: String(error) });
    });
  }

  /** The next boot is an ordinary one. */
  #overrideUsed(): void {
    try {
      this.setOverride({ ...this.override, enabled: 'Disabled' });
    } catch (error) {
      const detail = { host: this.#facts.id, error: String(error) };
      this.#parts.log.error('the use of a one-time boot override cannot be stored: it applies again', detail);
    }
  }
}
