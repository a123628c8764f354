/** All commands, and the selection of the one that a command line names. */
import { check } from './check.ts';
import { type Command, type Io, overview, runCommand } from './command.ts';
import { probe } from './probe/command.ts';
import { qemu } from './qemu.ts';
import { resetTls } from './reset-tls.ts';
import { schema } from './schema.ts';
import { serve } from './serve/command.ts';
import { twin } from './twin/command.ts';

/** In the order of the help. Each loads what it needs when it runs, so that the daemon starts fast. */
export const commands: readonly Command[] = [serve, check, probe, schema, resetTls, twin, qemu];

/** @returns the exit status: 0, 1 for failure, 2 for wrong use */
export async function run([name, ...argv]: readonly string[], io: Io): Promise<number> {
  if (name === '--help' || name === '-h' || name === 'help') {
    io.out(overview(commands));
    return 0;
  }
  if (name === '--version') {
    io.out(`${io.version}\n`);
    return 0;
  }
  const command = commands.find((each) => each.name === name);
  if (command !== undefined) return runCommand(command, argv, io);
  if (name === undefined) io.err(overview(commands));
  else io.err(`redfishd: "${name}" is not a command; "redfishd --help" lists the commands\n`);
  return 2;
}
