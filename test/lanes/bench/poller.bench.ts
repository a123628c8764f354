/** What a management station finds that polls the same resources ten times a second while readings change. */
import { expect, it } from 'vitest';
import { platformOf, startTestDaemon } from '../../support/daemon.ts';
import { until } from '../../support/until.ts';
import { FigureTable } from './table.ts';

const seconds = 5;
const rate = 10;
const resources = [
  ['a System', '/redfish/v1/Systems/system'],
  ['a Chassis', '/redfish/v1/Chassis/chassis'],
  ['its Thermal', '/redfish/v1/Chassis/chassis/Thermal'],
] as const;

it('polls a board whose readings change', async () => {
  const daemon = await startTestDaemon({ platform: platformOf('platform/tiogapass.yaml') });
  await daemon.twin.pressButton('system', 50);
  await until('the host to finish', () => daemon.board.hosts.get('system')?.postComplete === true, 60_000);
  const table = new FigureTable();
  for (const [name, uri] of resources) {
    const before = daemon.daemon.renderCounts();
    const readings = daemon.board.revisions.readings();
    for (let poll = 0; poll < seconds * rate; poll++) {
      expect((await daemon.get(uri)).status).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 1000 / rate));
    }
    const { hits, misses } = daemon.daemon.renderCounts();
    expect(daemon.board.revisions.readings()).toBeGreaterThan(readings);
    const all = hits - before.hits + misses - before.misses;
    table.add({
      name: `${name}, polled ${rate} times a second: answers as rendered before`,
      value: ((hits - before.hits) / all) * 100,
      // Thermal shows the readings themselves.
      atLeast: name === 'its Thermal' ? undefined : 90,
      digits: 0,
      unit: '%',
    });
  }
  process.stdout.write(String(table));
});
