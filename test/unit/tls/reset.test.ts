import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/cli/options.ts';
import { resetTls } from '../../../src/cli/reset-tls.ts';
import { StoreError } from '../../../src/store/errors.ts';
import { Settings } from '../../../src/store/settings.ts';
import { Certificates } from '../../../src/tls/certificates.ts';
import { createAuthority } from '../../support/authority.ts';
import { open, temporary } from '../store/support.ts';

const quiet = () => undefined;

describe('redfishd reset-tls', () => {
  it('lets clients without a certificate in again, and keeps the certificates', async () => {
    const directory = temporary();
    const store = open(directory);
    const before = await Certificates.open(new Settings(store), ['localhost']);
    before.trust((await createAuthority()).cert);
    before.setPolicy({ clientCertificates: true, certificateRequired: true, minVersion: 'TLSv1.3' });
    await expect(resetTls(['--state', directory], quiet)).rejects.toThrow(StoreError);
    store.close();
    expect(await resetTls(['--state', directory], quiet)).toBe(0);
    const after = await Certificates.open(new Settings(open(directory)), ['localhost']);
    expect(after.options).toMatchObject({
      requestCert: false,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
    });
    expect([after.server.pem, after.trusted.length]).toEqual([before.server.pem, 1]);
  });

  it('says where it looked in vain, and what it is for', async () => {
    const directory = temporary();
    await expect(resetTls(['--state', directory], quiet)).rejects.toThrow(UsageError);
    let said = '';
    expect(
      await resetTls(['--help'], (text) => {
        said += text;
      }),
    ).toBe(0);
    expect(said).toContain('--state DIR');
  });
});
