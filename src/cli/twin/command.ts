/** `redfishd twin`: sends a command to the simulator controls of a running twin. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { command, type Io, UsageError } from '../command.ts';
import { controlSocket, twinStates } from '../state.ts';

export const twin = command({
  name: 'twin',
  summary: 'control a running twin: sensors, load, presence, faults',
  options: {
    state: {
      type: 'string',
      value: 'DIR',
      summary: 'state of the twin; needed where several twins keep theirs in the usual place',
    },
    json: { type: 'boolean', summary: 'print the result as JSON' },
  },
  operands: { usage: 'COMMAND ARGUMENT...', least: 1, most: Number.POSITIVE_INFINITY, verbatim: true },
  details: async () => (await import('./print.ts')).commandsText(),
  async run({ state, json }, io) {
    const { TwinError } = await import('../../twin/names.ts');
    const { requestOf } = await import('./parse.ts');
    const { ask } = await import('./client.ts');
    const request = (() => {
      try {
        return requestOf(io.operands);
      } catch (error) {
        throw error instanceof TwinError ? new UsageError(error.message) : error;
      }
    })();
    const socket = state === undefined ? soleSocket(io) : controlSocket(state);
    const result = await ask(socket, request);
    if (json === true) io.out(`${JSON.stringify(result, null, 2)}\n`);
    else if (request.command === 'status') io.out((await import('./print.ts')).statusText(result));
    else if (result !== null) io.out(`${String(result)}\n`);
    return 0;
  },
});

/** The socket of the only twin that keeps its state in the usual place. @throws UsageError */
function soleSocket({ env }: Io): string {
  const home = twinStates(env);
  const sockets = (existsSync(home) ? readdirSync(home) : [])
    .map((name) => controlSocket(join(home, name)))
    .filter((path) => existsSync(path));
  const [sole] = sockets;
  if (sole === undefined)
    throw new UsageError(
      `no twin runs (there is no twin.sock in ${home}/*): start one with redfishd serve --twin, or name its state with --state DIR`,
    );
  if (sockets.length === 1) return sole;
  throw new UsageError(`several twins have run here (${sockets.join(', ')}): choose one with --state DIR`);
}
