#!/usr/bin/env node
/** The command line of redfishd: finds the command and hands it its words. */
import { createRequire } from 'node:module';

const help = `redfishd, the management daemon of an Open Compute board

Usage: redfishd COMMAND [OPTIONS]

  serve --platform FILE   run the daemon on this board, or with --twin on its simulation
  check FILE...           say every fault of platform descriptors
  probe --platform FILE   say what of a descriptor is there on this machine, and how busy its buses will be
  schema                  print the JSON schema of platform descriptors
  reset-tls --state DIR   let clients without a certificate in again, from the controller itself
  twin ...                turn the knobs of a running twin, and break things on it

redfishd COMMAND --help tells more. redfishd --version prints the version.
`;

/** Commands are loaded when they are called: the daemon must start fast, and has no use for the others. */
const commands: Readonly<Record<string, (argv: string[]) => Promise<number>>> = {
  serve: async (argv) => (await import('./cli/serve.ts')).serve(argv, version()),
  check: async (argv) => (await import('./platform/cli.ts')).checkCommand(argv, print),
  probe: async (argv) => (await import('./cli/probe.ts')).probeCommand(argv, print),
  schema: async (argv) => (await import('./platform/cli.ts')).schemaCommand(argv, print),
  'reset-tls': async (argv) => (await import('./cli/reset-tls.ts')).resetTls(argv, print),
  twin: async (argv) => (await import('./cli/twin.ts')).twin(argv, print),
};

function print(text: string): void {
  process.stdout.write(text);
}

function version(): string {
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
  return version;
}

async function main([name, ...argv]: string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    print(help);
    return name === undefined ? 2 : 0;
  }
  if (name === '--version') {
    print(`${version()}\n`);
    return 0;
  }
  const command = commands[name];
  if (command === undefined) {
    process.stderr.write(`redfishd: there is no command "${name}"; redfishd --help lists them\n`);
    return 2;
  }
  try {
    return await command(argv);
  } catch (error) {
    process.stderr.write(`redfishd ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
