/** Automatic retries of a boot that does not finish its self test (Redfish Boot.AutomaticRetryConfig). */
import type { HostEvent } from '../model/event.ts';
import type { BootRetry, BootRetrySettings } from '../model/power.ts';

export interface BootRetriesParts {
  readonly settings: () => BootRetrySettings;
  /** Restarts the host; events report how that ends. */
  readonly restart: () => void;
  readonly emit: (event: HostEvent) => void;
}

export class BootRetries {
  readonly #parts: BootRetriesParts;
  #used = 0;

  constructor(parts: BootRetriesParts) {
    this.#parts = parts;
  }

  get state(): BootRetry {
    const settings = this.#parts.settings();
    return { ...settings, remaining: Math.max(0, settings.attempts - this.#used) };
  }

  /** The self test has not finished in its time. */
  bootFailed(): void {
    const { config, attempts, remaining } = this.state;
    if (config === 'Disabled') return;
    if (config === 'RetryAttempts' && remaining === 0) {
      this.#parts.emit({
        message: 'ResourceEvent.ResourceErrorsDetected',
        args: ['Boot', 'automatic retries exhausted'],
        severity: 'Critical',
        detail: `The self test has not finished in ${attempts} automatic retries: see the console and the POST codes.`,
      });
      return;
    }
    this.#used += 1;
    const of = config === 'RetryAttempts' ? ` of ${attempts}` : '';
    this.#parts.emit({
      message: 'ResourceEvent.ResourceStateChanged',
      args: ['Boot', 'retried'],
      severity: 'Warning',
      detail: `The self test has not finished: the host is restarted, automatic retry ${this.#used}${of}.`,
    });
    this.#parts.restart();
  }

  /** The self test has finished, the power was switched by request, or the settings have changed. */
  reset(): void {
    this.#used = 0;
  }
}
