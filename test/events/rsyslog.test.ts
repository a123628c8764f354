/** Lines of syslog as Debian's rsyslogd reads them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SyslogProtocol, syslog, syslogLine } from '../../src/events/syslog.ts';
import { type Authority, createAuthority } from '../support/authority.ts';
import { noRsyslog, type Rsyslog, startRsyslog } from '../support/rsyslog.ts';
import { until } from '../support/until.ts';

describe.skipIf(noRsyslog() !== undefined)('rsyslogd', () => {
  let rsyslog: Rsyslog;
  let authority: Authority;
  beforeAll(async () => {
    authority = await createAuthority();
    rsyslog = await startRsyslog(await authority.issue({ names: ['127.0.0.1'] }), authority.cert);
  });
  afterAll(() => rsyslog.close());

  it.each<[SyslogProtocol, 'udp' | 'tcp' | 'tls']>([
    ['SyslogUDP', 'udp'],
    ['SyslogTCP', 'tcp'],
    ['SyslogTLS', 'tls'],
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
});
