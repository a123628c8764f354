/** Which of the chips that real boards carry have a driver: counted from the census in `ocp/` beside the project. */
import { findChip } from '../../../../drivers/i2c/chips/index.ts';

export interface Coverage {
  /** Chip types of the census, and how often they were met. */
  readonly types: ReadonlyMap<string, number>;
  readonly missing: readonly string[];
  readonly covered: number;
  /** Share of the pieces counted, in percent, rounded down. */
  readonly share: number;
}

/** Records of the census that are no chip on an I2C bus whose readings a driver could give. */
const otherwise: readonly RegExp[] = [
  // The controller's own inputs and outputs, and what only describes a board.
  /^(adc|gpio|gpioleakdetector|gpiodevicedetect|aspeedfan|intelfanconnector|hpefan|i2cfan|ibmcffpsconnector)$/,
  /^(pid|pid\.zone|stepwise|maximum|port|usbport|bmc|powermodeproperties|ibmcompatiblesystem|chassisintrusionsensor)$/,
  // Other protocols: PECI, IPMB, MCTP, Modbus, SPI.
  /^(xeoncpu|ipmbsensor|mctpi2ctarget|hostspiflash|delta.*|artesyn.*|panasonic.*)$/,
  // Firmware, trusted platform modules, clocks, signal drivers, embedded controllers: nothing is measured.
  /firmware$|^(tpm.*|slb9645tt|si53108|si5391b|ds110df111|galaxy100_ec)$/,
];

/** What the census calls a chip, where descriptors call it otherwise. */
const calledOtherwise: Readonly<Record<string, string>> = { eeprom: '24c64' };

const entries = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map(([, name = '', count]) => [name.toLowerCase(), Number(count)] as const);

function between(text: string, from: string, to: string): string {
  const start = text.indexOf(from);
  const end = text.indexOf(to, start + from.length);
  if (start < 0 || end < 0) throw new Error(`the census has no section "${from}"`);
  return text.slice(start, end);
}

/** `requirements` and `platforms` are the texts of requirements.md and platforms.md. */
export function coverage(requirements: string, platforms: string): Coverage {
  const types = new Map<string, number>();
  const rows = platforms.matchAll(/^\| type \| name \| bus .*\n\|[-|]+\n((?:\|.*\n)*)/gm);
  const found = [
    ...entries(between(requirements, '### 6.2', '### 6.3'), /([A-Za-z][\w.]*) (\d+)\/\d+\/\d+/g),
    ...entries(between(requirements, '### 6.3', '\n---'), /([a-z]\w*) (\d+)\/\d+/g),
    ...[...rows].flatMap(([, table = '']) =>
      entries(table.replace(/^\| (\S+) .*$/gm, '$1 1'), /^(\S+) (1)$/gm),
    ),
  ];
  for (const [name, count] of found) {
    if (!otherwise.some((pattern) => pattern.test(name))) types.set(name, (types.get(name) ?? 0) + count);
  }
  const missing = [...types.keys()].filter((name) => !findChip(calledOtherwise[name] ?? name)).sort();
  const sum = (names: Iterable<string>) => [...names].reduce((all, name) => all + (types.get(name) ?? 0), 0);
  const all = sum(types.keys());
  return {
    types,
    missing,
    covered: types.size - missing.length,
    share: Math.floor((100 * (all - sum(missing))) / all),
  };
}
