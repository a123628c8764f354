/** Where the daemon keeps its state: accounts, certificates and logs. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The directory of state where `--state` is not given: that of systemd (STATE_DIRECTORY), else /var/lib for a board and
 * the user's own place for a twin.
 */
export function defaultState(env: NodeJS.ProcessEnv, board: string, isTwin: boolean): string {
  const given = env.STATE_DIRECTORY;
  if (given !== undefined && given !== '') return given;
  return isTwin ? join(twinStates(env), `${board}-twin`) : '/var/lib/redfishd';
}

/** The folder that has the state of each twin of this user. */
export const twinStates = (env: NodeJS.ProcessEnv): string =>
  join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'redfishd');

/** Socket of the twin's simulator controls, in its state. */
export const controlSocket = (state: string): string => join(state, 'twin.sock');
