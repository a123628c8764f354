import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Linux names each start of the machine; elsewhere the start of this process stands for it. */
export function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return randomUUID();
  }
}
