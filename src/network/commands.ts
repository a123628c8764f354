/** Runs system programs (networkctl, systemctl) that apply changes. */
import { execFile } from 'node:child_process';
import { NetworkError } from './model.ts';

/** Runs a program to its successful end. @throws NetworkError */
export type Runner = (command: string, args: readonly string[]) => Promise<void>;

/** Milliseconds. The programs only send a message to a daemon; one that takes longer hangs. */
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
