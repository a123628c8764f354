import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Settings } from '../../../src/store/settings.ts';
import { openStore } from '../../../src/store/store.ts';
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

  it.skipIf(process.geteuid?.() !== 0)('acts as the owner of the directory where root calls it', async () => {
    const [directory, target] = [temporary(), join(temporary(), 'of-root')];
    openStore(directory).close();
    writeFileSync(target, 'kept', { mode: 0o600 });
    symlinkSync(target, join(directory, 'redfishd.pid'));
    execFileSync('chown', ['-R', '-h', '65534:65534', directory]);
    try {
      expect(await redfishd(['reset-tls', '--state', directory])).toMatchObject({ status: 0, err: '' });
    } finally {
      process.seteuid?.(0);
      process.setegid?.(0);
    }
    expect(readFileSync(target, 'utf8')).toBe('kept');
    // What is root's the daemon could not open.
    const owners = readdirSync(directory).map((name) => lstatSync(join(directory, name)).uid);
    expect(new Set(owners)).toEqual(new Set([65534]));
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
