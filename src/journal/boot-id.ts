/** Identifies the start of the machine. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Returns the kernel's boot id; without one, an id of this process. */
export function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return randomUUID();
  }
}
