/** The table of commands: help, completion and dispatch come from it. Each loads its code only when it runs. */
import type { Command } from './command.ts';
import { casesCommands } from './commands/cases.ts';
import { checklistCommands } from './commands/checklist.ts';
import { hostCommands } from './commands/host.ts';
import { localCommands } from './commands/local.ts';
import { serviceCommands } from './commands/service.ts';
import { suiteCommands } from './commands/suite.ts';

export const commands: Readonly<Record<string, Command>> = {
  ...hostCommands,
  ...serviceCommands,
  ...localCommands,
  ...suiteCommands,
  ...checklistCommands,
  ...casesCommands,
};

/** Other names: ipmitool's, and short ones. */
export const aliases: Readonly<Record<string, string>> = {
  fru: 'inventory',
  sensor: 'sensors',
  sdr: 'sensors',
  users: 'user',
  mc: 'manager',
};
