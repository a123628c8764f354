/** `redfishd probe`: what of a descriptor is there on this machine. */
import { parseArgs } from 'node:util';
import type { Hardware } from '../../drivers/hardware.ts';
import { loadPlatform } from '../platform/load.ts';
import type { Platform } from '../platform/vocabulary/index.ts';
import { probe } from '../probe/probe.ts';
import type { ProbeReport } from '../probe/report.ts';

const help = `Usage: redfishd probe --platform FILE [--twin] [--json]

Looks for everything that a descriptor names: says of each chip whether it answers and who it says it is, of each
inventory what it holds, of each line whether it is there or who has it, of each bus how long a round over its sensors
takes beside what its clock allows, and of each node and satellite whether it lets us in, who it says it is and how many
sensors of it are read. Stop the daemon first: it holds the lines and the buses.

Nothing is written to any device: chips are read, controllers asked, inputs requested and given back, outputs looked up
and left alone. (Registers have to be named, and channels of muxes and pages of chips chosen, before they can be read.)

  --platform FILE   descriptor of the board
  --twin            on a simulation of the board
  --json            for scripts

Ends with 0 when everything answers (or need not be there), 1 when something does not, 2 for wrong use.
`;

/** The exit status. */
export async function probeCommand(argv: readonly string[], out: (text: string) => void): Promise<number> {
  let values: { platform?: string; twin?: boolean; json?: boolean; help?: boolean };
  try {
    ({ values } = parseArgs({
      args: [...argv],
      options: {
        platform: { type: 'string' },
        twin: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    out(`redfishd probe: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
  if (values.help === true) {
    out(help);
    return 0;
  }
  if (values.platform === undefined) {
    out('redfishd probe: say which board this is: --platform FILE, such as platform/tiogapass.yaml\n');
    return 2;
  }
  const platform = loadPlatform(values.platform);
  const hardware = await open(platform, values.twin === true);
  try {
    const report = await probe(platform, hardware);
    out(values.json === true ? `${JSON.stringify(report, null, 2)}\n` : textOf(report));
    return report.ok ? 0 : 1;
  } finally {
    await hardware.close();
  }
}

async function open(platform: Platform, twin: boolean): Promise<Hardware> {
  if (twin) return (await import('../twin/twin.ts')).createTwin(platform);
  return (await import('../../drivers/linux.ts')).linuxHardware();
}

const hex = (address: number) => `0x${address.toString(16).padStart(2, '0')}`;
const short = (value: number) => String(Number(value.toPrecision(4)));

function textOf({ board, devices, lines, inputs, buses, controllers, ok }: ProbeReport): string {
  const rows: string[][] = [];
  for (const { id, chip, bus, address, state, detail, readings } of devices) {
    rows.push([`i2c-${bus} ${hex(address)}`, id, chip, state, detail]);
    for (const [sensor, { value, fault }] of Object.entries(readings))
      rows.push(['', `  ${sensor}`, '', '', value === null ? (fault ?? '') : short(value)]);
  }
  const parts = [`${board}\n`];
  if (rows.length > 0) parts.push('Chips', table(rows));
  if (lines.length > 0)
    parts.push('Lines', table(lines.map(({ id, line, state, detail }) => [id, line, state, detail])));
  if (inputs.length > 0)
    parts.push('Controller', table(inputs.map(({ id, what, state, detail }) => [id, what, state, detail])));
  if (controllers.length > 0)
    parts.push(
      'Nodes and satellites',
      table(
        controllers.flatMap(({ id, way, state, detail, readings }) => [
          [way, id, state, detail],
          ...Object.entries(readings).map(([sensor, { value, fault }]) => [
            ...['', `  ${sensor}`, ''],
            value === null ? (fault ?? '') : short(value),
          ]),
        ]),
      ),
    );
  if (buses.length > 0) {
    const head = ['bus', 'sensors', 'transfers', 'bits', 'at its clock', 'measured', 'load'];
    const body = buses.map((each) => [
      `${each.bus} ${each.name}`,
      String(each.sensors),
      String(each.transfers),
      String(each.bits),
      `${short(each.wire)} ms at ${each.speed / 1000} kHz`,
      `${short(each.measured)} ms`,
      `${short(each.load)} %`,
    ]);
    parts.push('A round over all sensors', table([head, ...body]));
  }
  const bad = [...devices, ...lines, ...inputs, ...controllers].filter(
    ({ state }) => !['answers', 'held', 'absent', 'found'].includes(state),
  );
  parts.push(
    ok ? 'Everything answers.\n' : `${bad.length} did not answer: ${bad.map(({ id }) => id).join(', ')}\n`,
  );
  return parts.join('\n');
}

function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, text] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, text.length);
  return rows
    .map(
      (row) =>
        `  ${row
          .map((text, column) => text.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
