/** `REDFISHD_CRASH_EVENTS` says how many events have to be acknowledged, `REDFISHD_CRASHES` how often it is killed meanwhile. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporary } from '../../support/temporary.ts';
import { mountTmpfs } from '../../unit/store/support.ts';
import { crashWhileTelling } from './crash.ts';

const events = Number(process.env.REDFISHD_CRASH_EVENTS ?? 300);
const kills = Number(process.env.REDFISHD_CRASHES ?? 6);

it(`tells each subscriber each of ${events} acknowledged events while it is killed ${kills} times`, {
  timeout: 120_000 + 200 * events + 10_000 * kills,
}, async () => {
  const disk = mountTmpfs('24m') ?? undefined;
  if (disk === undefined)
    process.stderr.write('SKIPPED: the full disk, since no file system can be mounted here\n');
  const state = disk === undefined ? temporary() : join(disk, 'state');
  if (disk !== undefined) mkdirSync(state, { mode: 0o700 });
  const report = await crashWhileTelling({ state, disk, events, kills });
  process.stdout.write(
    `${report.events} events, ${report.kills} kills, ${report.hangups} receivers and streams cut off, ` +
      `${report.fills} times a full disk, ${report.repeats} told twice, ${report.losses.length} losses\n`,
  );
  expect(report.losses).toEqual([]);
  expect(report.events).toBeGreaterThanOrEqual(events);
});
