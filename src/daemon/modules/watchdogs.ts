/** Liveness of the daemon, and the board's watchdog that is fed by it. */
import type { Board } from '../../board/model/board.ts';
import type { FrontEnd } from '../front-end.ts';
import { Liveness } from '../liveness.ts';
import type { ModuleContext } from '../options.ts';
import type { Recording } from '../recording.ts';
import { HeldWatchdog } from '../watchdog.ts';

export function watchdogsModule(
  { options, lifecycle }: ModuleContext,
  parts: { readonly board: Board; readonly frontEnd: FrontEnd; readonly recording: Recording },
): Liveness {
  const { board, frontEnd, recording } = parts;
  const liveness = new Liveness([
    { name: 'fan control', isAlive: () => board.isCooling },
    { name: 'sampler', isAlive: () => board.sampling },
    { name: 'HTTPS listener', isAlive: () => frontEnd.listening },
  ]);
  const { watchdog: facts } = options.platform.manager;
  if (facts === undefined) return liveness;
  const watchdog = new HeldWatchdog({
    liveness,
    facts,
    watchdogs: options.hardware.watchdogs,
    log: options.log.child('watchdog'),
    report: recording.watchdog,
  });
  lifecycle.add(
    'watchdog',
    () => watchdog.hold(),
    () => watchdog.release(),
  );
  return liveness;
}
