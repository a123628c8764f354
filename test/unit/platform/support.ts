/** Descriptors for tests, in directories that last for one test. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Checked, checkPlatform } from '../../../src/platform/load.ts';
import { temporary } from '../../support/temporary.ts';

/** Writes files, by name, into a new directory; returns its path. */
export function files(contents: Readonly<Record<string, string | Uint8Array>>): string {
  const place = temporary();
  for (const [name, content] of Object.entries(contents)) writeFileSync(join(place, name), content);
  return place;
}

export const checkText = (text: string | Uint8Array): Checked =>
  checkPlatform(join(files({ 'board.yaml': text }), 'board.yaml'));

/** The required sections of a descriptor. */
export const head = `id: board
name: Board
manager: { id: bmc }
chassis: [{ id: sled, type: Sled }]
`;

/** The text without its marks `¦`, and the marked places as line:column. */
export function marked(text: string): { text: string; places: string[] } {
  const places: string[] = [];
  const lines = text.split('\n').map((line, index) => {
    let rest = line;
    for (let at = rest.indexOf('¦'); at >= 0; at = rest.indexOf('¦')) {
      places.push(`${index + 1}:${at + 1}`);
      rest = rest.slice(0, at) + rest.slice(at + 1);
    }
    return rest;
  });
  return { text: lines.join('\n'), places };
}
