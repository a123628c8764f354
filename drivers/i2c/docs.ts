/** The page CHIPS.md: every chip there is a driver for, from the literals themselves. */
import type { ChipSpec } from './chip.ts';
import { qualities } from './quality.ts';

const kinds = {
  sensor: 'Sensors and controllers',
  eeprom: 'EEPROMs',
  mux: 'Muxes',
  gpio: 'Port expanders',
  led: 'LED drivers',
} as const;

/** `fan1` to `fan12` as `fan1–12`: long series are not spelt out. */
function ranges(names: readonly string[]): string {
  const groups: { stem: string; first: number; last: number; text: string }[] = [];
  for (const text of names) {
    const [, stem = text, digits] = /^(.*?)(\d+)$/.exec(text) ?? [];
    const number = digits === undefined ? Number.NaN : Number(digits);
    const group = groups.find((known) => known.stem === stem && known.last + 1 === number);
    if (group) group.last = number;
    else groups.push({ stem, first: number, last: number, text });
  }
  return groups
    .map(({ stem, first, last, text }) => (last > first ? `${stem}${first}–${last}` : text))
    .join(', ');
}

function describe(chip: ChipSpec): string {
  switch (chip.kind) {
    case 'sensor':
      return ranges(Object.keys(chip.channels));
    case 'eeprom':
      return `${chip.size} bytes, pages of ${chip.page}`;
    case 'mux':
      return `${chip.channels} channels`;
    case 'gpio':
      return `${chip.lines} lines`;
    case 'led':
      return `${chip.leds} lights`;
  }
}

function row(chip: ChipSpec): string {
  const [name, ...aliases] = chip.compatible;
  const needs =
    chip.kind === 'sensor' ? (chip.needs ?? []).map((need) => ` (needs \`${need}\`)`).join('') : '';
  const cells = [
    `\`${name}\``,
    aliases.map((alias) => `\`${alias}\``).join(' '),
    describe(chip) + needs,
    chip.datasheet,
    chip.kernel?.driver ?? '',
    chip.quality,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** The whole page. */
export function chipsPage(chips: readonly ChipSpec[]): string {
  const lines = [
    '# Chips',
    '',
    'Written by `npm run docs` from the literals in `chips/`; not to be edited.',
    '',
    `${chips.length} chips under ${chips.flatMap(({ compatible }) => compatible).length} names. Qualities, the least first:`,
    '',
    ...Object.entries(qualities).map(([quality, meaning]) => {
      const count = chips.filter((chip) => chip.quality === quality).length;
      return `- **${quality}** (${count}): ${meaning}`;
    }),
    '',
    'PECI and MCTP are no register interfaces; their sensors are declared and shown as unavailable.',
  ];
  for (const [kind, title] of Object.entries(kinds)) {
    lines.push(
      '',
      `## ${title}`,
      '',
      '| chip | also called | channels | facts from | Linux driver | quality |',
      '|---|---|---|---|---|---|',
      ...chips.filter((chip) => chip.kind === kind).map(row),
    );
  }
  return `${lines.join('\n')}\n`;
}
