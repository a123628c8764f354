/** The commands `redfishd check` and `redfishd schema`. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { schemaFile } from './files.ts';
import { checkPlatform } from './load.ts';
import { faultText } from './source/fault.ts';

const checkHelp = `Usage: redfishd check FILE...

Says every fault of platform descriptors, each as

  FILE:LINE:COLUMN: RULE: what is wrong (what would be right)

and ends with 0 where there is none, 1 where there are some, 2 for wrong use.
`;

const schemaHelp = `Usage: redfishd schema

Prints the JSON schema of platform descriptors. An editor with a YAML language server completes and checks
descriptors that begin with

  # yaml-language-server: $schema=PATH/schema.json
`;

type Print = (text: string) => void;

/** The exit status: 0 when all files are clean, 1 when there are faults, 2 for wrong use. */
export function checkCommand(argv: readonly string[], print: Print): number {
  const files = words('check', argv, checkHelp, print);
  if (typeof files === 'number') return files;
  if (files.length === 0) return misuse('check', 'no file is named', print);
  const counts = files.map((file) => {
    const { faults } = checkPlatform(file);
    for (const fault of faults) print(`${faultText(fault)}\n`);
    print(`${file}: ${summary(faults.length)}\n`);
    return faults.length;
  });
  return counts.every((count) => count === 0) ? 0 : 1;
}

/** The exit status: 0, or 2 for wrong use. */
export function schemaCommand(argv: readonly string[], print: Print): number {
  const rest = words('schema', argv, schemaHelp, print);
  if (typeof rest === 'number') return rest;
  if (rest.length > 0) return misuse('schema', `"${rest[0]}" is not expected`, print);
  print(readFileSync(schemaFile(), 'utf8'));
  return 0;
}

const summary = (count: number): string =>
  count === 0 ? 'no faults' : count === 1 ? '1 fault' : `${count} faults`;

/** The words that are no options; an exit status where there is nothing left to do. */
function words(command: string, argv: readonly string[], help: string, print: Print): string[] | number {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: { help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
    if (!values.help) return positionals;
    print(help);
    return 0;
  } catch (error) {
    return misuse(command, error instanceof Error ? error.message : String(error), print);
  }
}

function misuse(command: string, message: string, print: Print): number {
  print(`redfishd ${command}: ${message}; redfishd ${command} --help tells more\n`);
  return 2;
}
