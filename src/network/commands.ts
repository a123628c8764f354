/** Programs of the system that carry out changes. */
import { execFile } from 'node:child_process';
import { NetworkError } from './model.ts';

/** Resolves when the program has succeeded. @throws NetworkError */
export type Runner = (command: string, args: readonly string[]) => Promise<void>;

/** Both programs only hand a message to a daemon; one that takes longer hangs. */
const timeout = 15_000;

export const runCommand: Runner = (command, args) =>
  new Promise((resolve, reject) => {
    execFile(command, args, { timeout, killSignal: 'SIGKILL' }, (error, _stdout, stderr) => {
      if (error === null) {
        resolve();
        return;
      }
      const line = `${command} ${args.join(' ')}`;
      const failed = (reason: NetworkError['reason'], text: string) =>
        reject(new NetworkError(reason, text, { cause: error }));
      if (error.code === 'ENOENT') failed('command-missing', `${command} is not installed`);
      else if (error.killed === true) failed('command-timeout', `${line} did not end within ${timeout} ms`);
      else failed('command-failed', `${line}: ${stderr.trim() || error.message}`);
    });
  });
