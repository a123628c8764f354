/** Restarts of the management controller: request and detection. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Logger } from '../base/logger.ts';
import { StoreError } from '../store/errors.ts';
import type { Settings } from '../store/settings.ts';

/** ResetType of a Manager (DSP0268) that this controller supports. */
export type RestartType = 'ForceRestart' | 'GracefulRestart';

/** Contains an id that changes with each start of the kernel (random(4)). */
const bootIdFile = '/proc/sys/kernel/random/boot_id';
const key = 'manager.boot';

/** Reboots the controller, gracefully or at once. @throws Error when systemctl fails */
export async function reboot(type: RestartType): Promise<void> {
  await promisify(execFile)('systemctl', type === 'ForceRestart' ? ['reboot', '--force'] : ['reboot']);
}

/**
 * True at the first start of the daemon since the machine started. False at the very first start, when no power state
 * has been requested yet, and where the boot id cannot be read or stored.
 */
export function machineRestarted(settings: Settings, log: Logger, file = bootIdFile): boolean {
  let boot: string;
  try {
    boot = readFileSync(file, 'utf8').trim();
  } catch {
    return false;
  }
  const before = settings.get(key);
  try {
    if (before !== boot) settings.set(key, boot);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    // Without a stored id, each start of the daemon would count as a restart and power hosts on that were shut down.
    log.warn('the boot id cannot be stored: power restore policies are not applied', { err: error });
    return false;
  }
  return before !== undefined && before !== boot;
}
