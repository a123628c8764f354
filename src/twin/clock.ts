/** The clock of a twin's controller: that of the machine, moved by what a client has set. */
import { systemClock } from '../base/clock.ts';
import type { ManagerClock } from '../network/manager-clock.ts';

/** Where the twin keeps its clock over restarts. */
export interface ClockMemory {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
}

const offsetKey = 'twin.clock.offset';
const zoneKey = 'twin.clock.zone';

export function twinClock(memory: ClockMemory): ManagerClock {
  const offset = () => Number(memory.get(offsetKey) ?? 0);
  return {
    now: () => systemClock.now() + offset(),
    monotonic: () => systemClock.monotonic(),
    get zone() {
      return memory.get(zoneKey) ?? 'UTC';
    },
    set: async (time) => memory.set(offsetKey, String(time.getTime() - systemClock.now())),
    setZone: async (zone) => memory.set(zoneKey, zone),
  };
}
