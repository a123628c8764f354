#!/usr/bin/env node
/** The command line of redfishd. */
import { createRequire } from 'node:module';
import { run } from './cli/index.ts';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

process.exitCode = await run(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  env: process.env,
  version,
});
