/** Simulated watchdogs: they count the times at which they would have reset the controller. */
import { DeviceError } from '../../drivers/errors.ts';
import type { Watchdogs } from '../../drivers/watchdog/watchdog.ts';

export interface WatchdogState {
  readonly device: string;
  readonly timeout: number;
  /** Whether it was opened and not disarmed since. */
  readonly armed: boolean;
  readonly fed: number;
  /** Number of expirations. */
  readonly expired: number;
}

export interface TwinWatchdogs extends Watchdogs {
  /** State of every watchdog that was ever opened. */
  readonly states: readonly WatchdogState[];
  close(): void;
}

interface Count {
  device: string;
  timeout: number;
  held: boolean;
  armed: boolean;
  fed: number;
  expired: number;
  timer?: NodeJS.Timeout | undefined;
}

export function createWatchdogs(): TwinWatchdogs {
  const counts = new Map<string, Count>();
  const restart = (count: Count) => {
    clearTimeout(count.timer);
    count.timer = setTimeout(() => {
      count.expired += 1;
    }, count.timeout).unref();
  };
  return {
    open(device, timeout) {
      const count = counts.get(device) ?? { device, timeout, held: false, armed: false, fed: 0, expired: 0 };
      if (count.held) throw new DeviceError('held', device, 'another process feeds this watchdog');
      counts.set(device, count);
      Object.assign(count, { timeout, held: true, armed: true });
      restart(count);
      return {
        timeout,
        hasReset: count.expired > 0,
        feed() {
          count.fed += 1;
          restart(count);
        },
        close(disarm) {
          count.held = false;
          if (!disarm) return;
          count.armed = false;
          clearTimeout(count.timer);
        },
      };
    },
    get states() {
      return [...counts.values()].map(({ device, timeout, armed, fed, expired }) => ({
        ...{ device, timeout, armed, fed, expired },
      }));
    },
    close() {
      for (const { timer } of counts.values()) clearTimeout(timer);
    },
  };
}
