/** `redfishd twin …`: finds the socket of a running twin and hands it the command. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { twinCommand } from '../twin/control.ts';
import { controlSocket, defaultState, UsageError } from './options.ts';

/** `--state DIR` before the command says which twin is meant, when more than one has run here. */
export async function twin(argv: readonly string[], out: (text: string) => void): Promise<number> {
  const [flag, state, ...rest] = argv;
  if (flag === '--state') {
    if (state === undefined) throw new UsageError('--state wants the directory of the twin');
    return twinCommand(rest, { socket: controlSocket(state), out });
  }
  if (argv.length === 0 || argv.includes('--help') || argv.includes('-h')) {
    return twinCommand(['--help'], { socket: '', out });
  }
  return twinCommand(argv, { socket: soleSocket(), out });
}

/** The socket of the only twin that keeps its state in the usual place. */
function soleSocket(): string {
  const home = dirname(defaultState('any', true));
  const sockets = (existsSync(home) ? readdirSync(home) : [])
    .map((name) => controlSocket(join(home, name)))
    .filter((path) => existsSync(path));
  const [sole] = sockets;
  if (sole !== undefined && sockets.length === 1) return sole;
  throw new UsageError(
    sole === undefined
      ? `no twin is running (looked for */twin.sock in ${home}); start one with redfishd serve --twin, or say --state DIR`
      : `several twins have run here (${sockets.join(', ')}); say which with --state DIR`,
  );
}
