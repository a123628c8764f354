/** Who a host is: its UUID, as Redfish shows it and as its own firmware reads it. */
import { createHash } from 'node:crypto';
import type { Platform } from '../platform/vocabulary/index.ts';

/** Stable for the life of the installation: derived from the service's UUID, one for each host. */
export function hostUuid(service: string, platform: Platform, host: string): string {
  const index = (platform.hosts ?? []).findIndex(({ id }) => id === host) + 1;
  // One that was added while the daemon runs has no place in the descriptor, but a name that stays.
  const own = index > 0 ? index : createHash('sha256').update(host).digest().readUIntBE(0, 3);
  const tail = (Number.parseInt(service.slice(-6), 16) ^ own).toString(16).padStart(6, '0');
  return service.slice(0, -6) + tail;
}

/** Bytes of a UUID in IPMI: the least significant first (IPMI 2.0, section 20.8). */
export const guidBytes = (uuid: string): Uint8Array =>
  Uint8Array.from(Buffer.from(uuid.replaceAll('-', ''), 'hex').reverse());
