/** `redfishd reset-tls`: readmits an administrator whom the TLS policy keeps out. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { command, UsageError } from './command.ts';
import { defaultState } from './state.ts';

export const resetTls = command({
  name: 'reset-tls',
  summary: 'readmit clients without a certificate, from the controller itself',
  description: `Readmits clients without a certificate, and allows TLS 1.2 beside 1.3. Certificates and accounts are kept.
Stop the daemon first: it uses the same directory.
`,
  options: {
    state: { type: 'string', value: 'DIR', summary: 'state of the daemon; default /var/lib/redfishd' },
  },
  async run(values, io) {
    const state = values.state ?? defaultState(io.env, '', false);
    if (!existsSync(join(state, 'redfishd.db')))
      throw new UsageError(`${state} holds no state of redfishd: name its directory with --state DIR`);
    const { Settings } = await import('../store/settings.ts');
    const { openStore } = await import('../store/store.ts');
    const { resetPolicy } = await import('../tls/policy.ts');
    actAsOwner(state);
    // Fails while a daemon runs on that directory.
    const store = openStore(state);
    try {
      resetPolicy(new Settings(store));
    } finally {
      store.close();
    }
    io.out('Clients may log in without a certificate from the next start of the daemon on.\n');
    return 0;
  },
});

/**
 * Gives up the rights of root for those of the directory's owner: what that account has put there, a link to another's file
 * for one, must not be opened with more rights than it has itself.
 */
function actAsOwner(directory: string): void {
  const { uid, gid } = statSync(directory);
  if (process.geteuid?.() !== 0 || uid === 0) return;
  process.setgroups?.([gid]);
  process.setegid?.(gid);
  process.seteuid?.(uid);
}
