/** Each shipped board on its twin against the checklist of its kind: it passes, or a dated waiver names the gap. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Daemon } from '../../typescript/test/support/daemon.ts';
import { type Checked, checkService } from '../src/checklist/check.ts';
import { readChecklists, shippedFolder } from '../src/checklist/library.ts';
import { readWaivers, type Waiver } from '../src/checklist/waivers.ts';
import type { Tree } from '../src/profile/tree.ts';
import { readTree } from '../src/read.ts';

const kinds: Readonly<Record<string, string>> = {
  tiogapass: 'server',
  'tiogapass-doubleside': 'server',
  'yosemite-v2': 'sled',
  bletchley: 'sled',
  twinblade: 'sled',
  'lan-chassis': 'sled',
  qemu: 'server',
};

const platforms = join(import.meta.dirname, '../../../platform');
const boards = readdirSync(platforms).flatMap((name) =>
  name.endsWith('.yaml') ? basename(name, '.yaml') : [],
);
const checklists = readChecklists();
/** Waivers are dated: the test judges by the calendar, as a run does. */
const today = new Date().toISOString().slice(0, 10);

function waiversOf(board: string): readonly Waiver[] {
  const path = join(shippedFolder, 'waivers', `${board}.yaml`);
  if (!existsSync(path)) return [];
  const { waivers, problems } = readWaivers(path, readFileSync(path, 'utf8'));
  expect(problems).toEqual([]);
  return waivers;
}

async function treeOf(board: string): Promise<Tree> {
  const daemon = await Daemon.start(`platform/${board}.yaml`);
  const client = await daemon.connect();
  try {
    return await readTree(client);
  } finally {
    await client.close();
    await daemon.stop();
  }
}

const line = ({ resource, requirement, uri, message }: Checked): string =>
  `${resource} ${requirement} ${uri}: ${message}`;

describe('shipped boards and their checklists', () => {
  it('every board has a kind', () => {
    expect(boards.sort()).toEqual(Object.keys(kinds).sort());
  });

  it.each(boards)('%s passes, and each of its waivers is needed', { timeout: 120_000 }, async (board) => {
    const loaded = checklists.find(({ checklist }) => checklist.id === kinds[board]);
    if (!loaded) throw new Error(`no checklist for ${board}`);
    const waivers = waiversOf(board);
    const found = checkService(loaded, await treeOf(board), { available: checklists, waivers, today });
    expect(found.filter(({ verdict }) => verdict === 'FAIL').map(line)).toEqual([]);
    expect(found.filter(({ verdict }) => verdict === 'PASS').length).toBeGreaterThan(40);
    expect(new Set(found.flatMap(({ waiver }) => waiver ?? []))).toEqual(new Set(waivers));
  });
});
