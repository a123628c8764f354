/** How much of a descriptor was found on the hardware. */
import type { Board } from './model/board.ts';

export interface Found {
  /** Devices with sensors, in the descriptor. */
  readonly devices: number;
  /** Devices that respond. */
  readonly responding: number;
  /** Devices that are not expected to respond now: host off, not inserted. */
  readonly unavailable: number;
  /** Ids of the devices that do not respond although they should. */
  readonly missing: readonly string[];
}

/** Counts devices by their sensors: a device responds where one of its sensors has a reading. */
export function foundOf({ sensors }: Pick<Board, 'sensors'>): Found {
  const devices = new Map<string, 'responding' | 'missing' | 'unavailable'>();
  for (const { device, reading, status } of sensors.values()) {
    const state =
      reading !== null ? 'responding' : status.state === 'UnavailableOffline' ? 'missing' : 'unavailable';
    const known = devices.get(device);
    if (known === undefined || state === 'responding' || (state === 'missing' && known === 'unavailable'))
      devices.set(device, state);
  }
  const idsOf = (state: string) => [...devices].flatMap(([id, each]) => (each === state ? [id] : []));
  return {
    devices: devices.size,
    responding: idsOf('responding').length,
    unavailable: idsOf('unavailable').length,
    missing: idsOf('missing'),
  };
}
