import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linuxWatchdogs } from '../../../../drivers/watchdog/linux.ts';
import { temporary } from '../../../support/temporary.ts';

/** A device and its facts in sysfs, as files. */
function kernel(facts: Readonly<Record<string, string>>) {
  const folder = temporary();
  mkdirSync(join(folder, 'watchdog0'));
  for (const [name, text] of Object.entries(facts))
    writeFileSync(join(folder, 'watchdog0', name), `${text}\n`);
  const device = join(folder, 'dev-watchdog');
  writeFileSync(device, '');
  return { folder, device };
}

describe('a watchdog of Linux', () => {
  it('is fed by bytes and disarmed by the magic one', () => {
    const { folder, device } = kernel({ timeout: '30', bootstatus: '0' });
    const watchdog = linuxWatchdogs(undefined, folder).open(device, 60_000);
    expect(watchdog.hasReset).toBe(false);
    watchdog.feed();
    watchdog.feed();
    watchdog.close(true);
    expect(readFileSync(device, 'utf8')).toBe('\n\nV');
    expect(() => watchdog.feed()).toThrow();
  });

  it('goes on counting when it is not disarmed', () => {
    const { folder, device } = kernel({});
    linuxWatchdogs(undefined, folder).open(device, 60_000).close(false);
    expect(readFileSync(device, 'utf8')).toBe('');
  });

  it('has the time-out that the kernel says, and says when it was what reset the controller', () => {
    const { folder } = kernel({ timeout: '45', bootstatus: '32' });
    // `/dev/watchdog` is the old name of the first one.
    writeFileSync(join(folder, 'watchdog'), '');
    const watchdog = linuxWatchdogs(undefined, folder).open(join(folder, 'watchdog'), 60_000);
    expect([watchdog.timeout, watchdog.hasReset]).toEqual([45_000, true]);
    watchdog.close(true);
  });

  it('takes the time-out that it is asked for where a native part can ask, and what the driver makes of it', () => {
    const { folder, device } = kernel({ timeout: '30' });
    const watchdogs = linuxWatchdogs((_, seconds) => Math.min(seconds, 50), folder);
    expect(watchdogs.open(device, 40_500).timeout).toBe(41_000);
    expect(watchdogs.open(device, 60_000).timeout).toBe(50_000);
    const fixed = linuxWatchdogs(() => {
      throw new Error('EOPNOTSUPP');
    }, folder);
    expect(fixed.open(device, 60_000).timeout).toBe(60_000);
  });

  it('that is not there is said so', () => {
    expect(() => linuxWatchdogs().open('/dev/no-watchdog', 1)).toThrow('the kernel has no such watchdog');
  });
});
