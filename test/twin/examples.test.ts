/** The files of docs/examples, used as their page says. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { testPassword, testUser } from '../support/client.ts';
import { platformOf, startTestDaemon } from '../support/daemon.ts';
import { until } from '../support/until.ts';

const folder = join(import.meta.dirname, '../../docs/examples');

describe('docs/examples', () => {
  it('bench.yaml is a board that the twin runs', async () => {
    const daemon = await startTestDaemon({ platform: platformOf('docs/examples/bench.yaml') });
    const { body } = await daemon.get('/redfish/v1/Chassis/chassis/Sensors/AIR_TEMP');
    expect(body).toMatchObject({ Id: 'AIR_TEMP', ReadingUnits: 'Cel', PhysicalContext: 'Intake' });
  });

  it('subscriber.mjs prints the events of a service', async () => {
    const daemon = await startTestDaemon();
    const subscriber = spawn(process.execPath, [join(folder, 'subscriber.mjs')], {
      env: {
        REDFISH_URL: daemon.url,
        REDFISH_USER: testUser,
        REDFISH_PASSWORD: testPassword,
        NODE_TLS_REJECT_UNAUTHORIZED: '0',
      },
    });
    try {
      let printed = '';
      subscriber.stdout.on('data', (text) => {
        printed += text;
      });
      await until('a stream', async () => {
        const { body } = await daemon.get('/redfish/v1/EventService/Subscriptions');
        return JSON.stringify(body).includes('"Members@odata.count":1');
      });
      await daemon.send('POST', '/redfish/v1/EventService/Actions/EventService.SubmitTestEvent', {
        MessageId: 'ResourceEvent.1.4.ResourceChanged',
      });
      await until('the event', () => /OK ResourceEvent\.[\d.]+\.ResourceChanged /.test(printed));
    } finally {
      subscriber.kill();
    }
  });

  it('prometheus.yaml is a scrape configuration of the metrics endpoint', () => {
    const { scrape_configs: jobs } = parse(readFileSync(join(folder, 'prometheus.yaml'), 'utf8'));
    expect(jobs).toMatchObject([{ job_name: 'redfishd', scheme: 'https' }]);
  });
});
