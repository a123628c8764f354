/** `redfishd reset-tls`: the way back for an administrator whom the rules of TLS keep out. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Settings } from '../store/settings.ts';
import { openStore } from '../store/store.ts';
import { resetPolicy } from '../tls/policy.ts';
import { defaultState, UsageError } from './options.ts';

const help = `Usage: redfishd reset-tls [--state DIR]

Lets clients log in without a certificate again, and speak TLS 1.2 as well as 1.3. Certificates and
accounts stay as they are. Stop the daemon first; it uses the same directory (default /var/lib/redfishd).
`;

/** @throws UsageError; StoreError while a daemon runs on that directory, or when it cannot be written */
export async function resetTls(argv: readonly string[], out: (text: string) => void): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: { state: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) {
    out(help);
    return 0;
  }
  const state = values.state ?? defaultState('', false);
  if (!existsSync(join(state, 'redfishd.db')))
    throw new UsageError(`${state} holds no state of redfishd; say where it is with --state DIR`);
  const store = openStore(state);
  try {
    resetPolicy(new Settings(store));
  } finally {
    store.close();
  }
  out('Clients may log in without a certificate, from the next start of the daemon.\n');
  return 0;
}
