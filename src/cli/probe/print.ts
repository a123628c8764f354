/** A probe report as a person reads it. */
import type { ProbeReport } from '../../probe/report.ts';

const hex = (address: number) => `0x${address.toString(16).padStart(2, '0')}`;
const short = (value: number) => String(Number(value.toPrecision(4)));

/** The report as tables, with a summary line at the end. */
export function reportText({ board, devices, lines, inputs, buses, controllers, ok }: ProbeReport): string {
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
            '',
            `  ${sensor}`,
            '',
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
