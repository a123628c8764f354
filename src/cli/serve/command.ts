/** `redfishd serve`: runs the daemon. */
import { command } from '../command.ts';
import { details, options, serveOptions } from './options.ts';

export const serve = command({
  name: 'serve',
  summary: 'run the daemon on this board, or with --twin on its simulation',
  options,
  details,
  async run(values, io) {
    const parsed = await serveOptions(values);
    const { serveUntilStopped } = await import('./run.ts');
    return serveUntilStopped(parsed, io);
  },
});
