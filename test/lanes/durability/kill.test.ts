/** `REDFISHD_KILL_WRITES` says how many writes have to be acknowledged, `REDFISHD_KILLS` how often it is killed meanwhile. */
import { expect, it } from 'vitest';
import { temporary } from '../../support/temporary.ts';
import { killWhileWriting } from './kill.ts';

const writes = Number(process.env.REDFISHD_KILL_WRITES ?? 100);
const kills = Number(process.env.REDFISHD_KILLS ?? 6);

it(`loses none of ${writes} acknowledged writes when it is killed ${kills} times`, {
  timeout: 60_000 + 500 * writes + 5_000 * kills,
}, async () => {
  const report = await killWhileWriting(temporary(), writes, kills);
  process.stdout.write(
    `${report.kills} kills, ${report.writes} acknowledged writes, ${report.losses.length} losses\n`,
  );
  expect(report.losses).toEqual([]);
  expect(report.writes).toBeGreaterThanOrEqual(writes);
});
