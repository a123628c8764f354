/** Lines of syslog as Debian's rsyslogd reads them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SyslogProtocol, syslog, syslogLine } from '../../../src/events/syslog.ts';
import { type Authority, createAuthority } from '../../support/authority.ts';
import { at } from '../../support/client.ts';
import { startTestDaemon } from '../../support/daemon.ts';
import { noRsyslog, type Rsyslog, startRsyslog } from '../../support/rsyslog.ts';
import { until } from '../../support/until.ts';

describe.skipIf(noRsyslog() !== undefined)('rsyslogd', () => {
  let rsyslog: Rsyslog;
  let authority: Authority;
  beforeAll(async () => {
    authority = await createAuthority();
    rsyslog = await startRsyslog(await authority.issue({ names: ['127.0.0.1'] }), authority.cert);
  });
  afterAll(() => rsyslog.close());

  it.each<[SyslogProtocol, keyof Rsyslog['ports']]>([
    ['SyslogUDP', 'udp'],
    ['SyslogTCP', 'tcp'],
    ['SyslogTLS', 'tls'],
    ['SyslogRELP', 'relp'],
  ])('reads all that comes by %s', async (protocol, input) => {
    const texts = [
      'über 100 °C',
      'two\nlines',
      ' spaces ',
      ...Array.from({ length: 61 }, (_, at) => `${at}`),
    ];
    const message = { severity: 'Critical', hostName: 'bmc-7', messageId: 'Base.1.22.Success' } as const;
    const time = new Date('2026-01-02T03:04:05.678Z');
    const lines = texts.map((text) => syslogLine({ ...message, time, text }, protocol));
    const target = {
      destination: `syslog://127.0.0.1:${rsyslog.ports[input]}`,
      ...{ verifyCertificate: true, certificates: [{ pem: authority.cert }] },
    };
    await syslog(protocol, target, lines, new AbortController().signal);
    const own = () => rsyslog.received().filter((each) => each.input === input);
    await until('all of them', () => own().length === texts.length);
    expect(own().map(({ text }) => text.replace(/^\ufeff/, ''))).toEqual(
      texts.map((text) => text.replace('\n', ' ')),
    );
    for (const each of own())
      expect(each).toMatchObject({
        ...{ priority: '26', time: '2026-01-02T03:04:05.678Z', host: 'bmc-7', app: 'redfishd' },
        messageId: 'Base.1.22.Success',
      });
  });

  it('gets by RELP, once it is there again, what happened while it was not', async () => {
    const daemon = await startTestDaemon();
    try {
      const service = '/redfish/v1/EventService';
      const testMessage = 'ResourceEvent.1.4.TestMessage';
      const submit = (Message: string) =>
        daemon.send('POST', `${service}/Actions/EventService.SubmitTestEvent`, {
          ...{ MessageId: testMessage, Message },
        });
      await daemon.send('PATCH', service, { DeliveryRetryIntervalSeconds: 1 });
      const subscribed = await daemon.send('POST', `${service}/Subscriptions`, {
        Destination: `syslog://127.0.0.1:${rsyslog.ports.relp}`,
        ...{ Protocol: 'SyslogRELP', MessageIds: [testMessage] },
      });
      expect([subscribed.status, at(subscribed.body, '/SubscriptionType')]).toEqual([201, 'Syslog']);
      const received = () => rsyslog.received().filter(({ messageId }) => messageId === testMessage);
      await submit('before');
      await until('the first', () => received().length === 1);
      await rsyslog.stop();
      await submit('meanwhile');
      const uri = String(subscribed.headers.location);
      await until(
        'the failure',
        async () => at((await daemon.get(uri)).body, '/Status/Health') === 'Warning',
      );
      await submit('after it');
      await rsyslog.start();
      await until('the others', () => received().length >= 3);
      const texts = received().map(({ text }) => text.replace(/^\ufeff/, ''));
      expect(texts).toEqual(['before', 'meanwhile', 'after it']);
    } finally {
      await daemon.stop();
    }
  });
});
