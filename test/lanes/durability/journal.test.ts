/**
 * kill -9 in the middle of writes: whatever was acknowledged before is there afterwards. `REDFISHD_KILL_ROUNDS` says
 * how often (default 8).
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { Sessions } from '../../../src/accounts/sessions.ts';
import { Journal } from '../../../src/journal/journal.ts';
import { StoreError } from '../../../src/store/errors.ts';
import { openStore } from '../../../src/store/store.ts';
import { failure, household, temporary } from '../../unit/store/support.ts';

const rounds = Number(process.env.REDFISHD_KILL_ROUNDS ?? 8);
const root = resolve(import.meta.dirname, '../../..');

/** Compiles the writer, since Node 20 does not read TypeScript. */
function compile(): string {
  const directory = temporary();
  const out = join(directory, 'out');
  mkdirSync(out);
  writeFileSync(join(out, 'package.json'), '{ "type": "module" }');
  symlinkSync(join(root, 'node_modules'), join(out, 'node_modules'));
  const options = {
    noEmit: false,
    outDir: out,
    rootDir: root,
    typeRoots: [join(root, 'node_modules/@types')],
  };
  const project = { extends: join(root, 'tsconfig.json'), compilerOptions: options, include: [] };
  const files = [join(root, 'test/lanes/durability/writer.ts')];
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify({ ...project, files }));
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', directory], { stdio: 'inherit' });
  return join(out, 'test/lanes/durability/writer.js');
}

/** Runs the writer, kills it some milliseconds after its first word, and returns what it had acknowledged. */
function runAndKill(writer: string, directory: string, run: number, delay: number): Promise<string[][]> {
  const child = spawn(process.execPath, [writer, directory, String(run)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  return new Promise((done, fail) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (said === '') setTimeout(() => child.kill('SIGKILL'), delay);
      said += text;
    });
    child.on('close', (_, signal) => {
      if (signal !== 'SIGKILL') fail(new Error(`the writer ended by itself: ${signal}`));
      // The last line may be cut; then it was not acknowledged.
      const lines = said.split('\n').slice(0, -1);
      done(lines.map((line) => [line.split(' ')[0] ?? '', line.slice(line.indexOf(' ') + 1)]));
    });
  });
}

it(`after ${rounds} kills every acknowledged write is there`, {
  timeout: 30_000 + rounds * 3000,
}, async () => {
  const writer = compile();
  const directory = temporary();
  const journaled = new Map<number, string>();
  const passwords = new Map<string, string>();
  const tokens = new Set<string>();
  const ended = new Set<string>();
  // What the writer was busy with when it was killed: its next change may be stored without having been acknowledged.
  const unfinished = new Set<string | undefined>();
  let writes = 0;
  for (let run = 1; run <= rounds; run++) {
    const settings = new Map<string, string>();
    const said = await runAndKill(writer, directory, run, Math.random() * 150);
    writes += said.length;
    for (const [what = '', rest = ''] of said) {
      const [first = '', ...others] = rest.split(' ');
      const second = others.join(' ');
      if (what === 'setting') settings.set(first, second);
      if (what === 'journal') journaled.set(Number(first), second);
      if (what === 'account') passwords.set(first, `first of ${first}`);
      if (what === 'password') passwords.set(first, second);
      if (what === 'session') tokens.add(first);
      if (what === 'ended') ended.add(first);
    }
    unfinished.add([...passwords.keys()].at(-1)).add([...tokens].at(-1));
    const store = openStore(directory);
    expect(store.recovered).toBeNull();
    const house = household(store);
    const sessions = new Sessions(store, house.settings, house.accounts);
    const journal = new Journal(store);
    for (const [key, value] of settings) {
      // A later one may be stored without having been acknowledged.
      const [, stored] = house.settings.get(key)?.split('-') ?? [];
      expect(Number(stored)).toBeGreaterThanOrEqual(Number(value.split('-')[1]));
    }
    for (const [id, message] of journaled) expect(journal.get(id)?.message).toBe(message);
    const { total, entries } = journal.page({ log: 'EventLog' }, { skip: 0, top: 100_000 });
    expect(entries).toHaveLength(total);
    for (const userName of passwords.keys()) expect(house.accounts.get(userName)).toBeDefined();
    for (const token of tokens) {
      if (!unfinished.has(token)) expect(sessions.find(token) !== undefined).toBe(!ended.has(token));
    }
    for (const [userName, password] of [...passwords].slice(-20)) {
      if (!unfinished.has(userName)) expect((await house.accounts.verify(userName, password)).ok).toBe(true);
    }
    sessions.close();
    journal.close();
    store.close();
  }
  process.stdout.write(`${rounds} kills, ${writes} acknowledged writes, 0 lost\n`);
});

it('a second process is told who holds the store', { timeout: 30_000 }, async () => {
  const writer = compile();
  const directory = temporary();
  const child = spawn(process.execPath, [writer, directory, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = new Promise((done) => child.on('close', done));
  try {
    await new Promise((done) => child.stdout.once('data', done));
    const error = await failure(StoreError, () => openStore(directory));
    expect(error).toMatchObject({ reason: 'in-use' });
    expect(error.message).toContain(`pid ${child.pid}`);
  } finally {
    child.kill('SIGKILL');
    await closed;
  }
  openStore(directory).close();
});
