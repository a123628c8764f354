#!/usr/bin/env node
/** The program redfishctl. */
import { main } from './cli.ts';

// A reader that has seen enough, such as `head`, ends the program without a word; nothing is left to write.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
process.once('SIGINT', () => {
  void import('./run.ts').then(({ interrupt }) => interrupt());
});

process.exitCode = await main(process.argv.slice(2));
