import { describe, expect, it } from 'vitest';
import { Settings } from '../../../src/store/settings.ts';
import { Certificates } from '../../../src/tls/certificates.ts';
import { createAuthority } from '../../support/authority.ts';
import { redfishd } from '../../support/command.ts';
import { open, temporary } from '../store/support.ts';

describe('redfishd reset-tls', () => {
  it('readmits clients without a certificate, and keeps the certificates', async () => {
    const directory = temporary();
    const store = open(directory);
    const before = await Certificates.open(new Settings(store), ['localhost']);
    before.trust((await createAuthority()).cert);
    before.setPolicy({ clientCertificates: true, certificateRequired: true, minVersion: 'TLSv1.3' });
    const inUse = await redfishd(['reset-tls', '--state', directory]);
    expect([inUse.status, inUse.err]).toEqual([1, expect.stringContaining(directory)]);
    store.close();
    // systemd names the state of its service.
    expect(await redfishd(['reset-tls'], { STATE_DIRECTORY: directory })).toMatchObject({
      status: 0,
      err: '',
    });
    const after = await Certificates.open(new Settings(open(directory)), ['localhost']);
    expect(after.options).toMatchObject({
      requestCert: false,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
    });
    expect([after.server.pem, after.trusted.length]).toEqual([before.server.pem, 1]);
  });

  it('names the directory that holds no state', async () => {
    const directory = temporary();
    expect(await redfishd(['reset-tls', '--state', directory])).toMatchObject({
      status: 2,
      out: '',
      err: expect.stringContaining(`${directory} holds no state of redfishd`),
    });
  });
});
