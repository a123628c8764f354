/** What the service manager is told of the daemon (sd_notify(3)): that it is ready, that it ends, that it is alive. */
import { type Native, native } from '../../drivers/native/native.ts';
import type { Liveness } from './liveness.ts';

/** Tells a service manager; where there is none, nobody. */
export interface ServiceManager {
  /** The daemon serves; `status` is for people. */
  ready(status: string): void;
  stopping(): void;
  /** Says that the daemon is alive for as long as it is; returns the function that ends this. */
  watch(liveness: Liveness): () => void;
}

const nobody: ServiceManager = { ready() {}, stopping() {}, watch: () => () => {} };

/**
 * The manager that started this process, by its environment. Its variables are taken out, so that no program which the
 * daemon starts speaks in its name.
 *
 * @param failed told once when a notice cannot be sent
 */
export function serviceManager(
  env: NodeJS.ProcessEnv,
  failed: (error: unknown) => void,
  addon: () => Pick<Native, 'notify'> = native,
): ServiceManager {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: period, WATCHDOG_PID: pid } = env;
  delete env.NOTIFY_SOCKET;
  delete env.WATCHDOG_USEC;
  delete env.WATCHDOG_PID;
  if (socket === undefined || socket === '') return nobody;
  let told = false;
  const send = (text: string) => {
    try {
      const result = addon().notify(socket, text);
      if (result < 0) throw new Error(`${socket} takes no notice (errno ${-result})`);
    } catch (error) {
      if (!told) failed(error);
      told = true;
    }
  };
  return {
    ready: (status) => send(`READY=1\nSTATUS=${status.replace(/\p{Cc}+/gu, ' ')}`),
    stopping: () => send('STOPPING=1'),
    watch(liveness) {
      const milliseconds = Number(period) / 1000;
      const isOurs = pid === undefined || pid === String(process.pid);
      if (!(milliseconds > 0) || !isOurs) return () => {};
      // Twice in each period, as sd_watchdog_enabled(3) advises, and a bit.
      return liveness.feeds(
        milliseconds / 2.5,
        () => send('WATCHDOG=1'),
        () => {},
      );
    },
  };
}
