import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requestOf } from '../../../src/cli/twin/parse.ts';
import { perform } from '../../../src/twin/commands.ts';
import { type ControlServer, serveControl } from '../../../src/twin/control.ts';
import { createTwin, type Twin } from '../../../src/twin/twin.ts';
import { redfishd } from '../../support/command.ts';
import { board } from './board.ts';

let directory: string;
let path: string;
let twin: Twin;
let server: ControlServer;

async function command(...argv: string[]): Promise<{ status: number; text: string }> {
  const { status, out, err } = await redfishd(['twin', '--state', directory, ...argv]);
  // Results go to standard output, refusals to standard error.
  expect(status === 0 ? err : out).toBe('');
  return { status, text: out + err };
}

/** Sends a line unchanged and returns the response. */
async function say(line: string): Promise<unknown> {
  const socket = connect(path);
  try {
    socket.write(line);
    for await (const answer of createInterface({ input: socket })) return JSON.parse(answer);
    return undefined;
  } finally {
    socket.destroy();
  }
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'twin-'));
  path = join(directory, 'twin.sock');
  twin = createTwin(board);
  server = await serveControl(twin, path);
});
afterEach(async () => {
  await server.close();
  await twin.close();
  rmSync(directory, { recursive: true, force: true });
});

describe('redfishd twin', () => {
  it('performs every control', async () => {
    const quietly = { status: 0, text: '' };
    expect(await command('set', 'INLET_TEMP', '33.5')).toEqual(quietly);
    expect(await command('load', 'system', '0.8')).toEqual(quietly);
    expect(await command('inlet', '-5')).toEqual(quietly);
    expect(await command('present', 'FAN1', 'off')).toEqual(quietly);
    expect(await command('present', 'HSC', 'off')).toEqual(quietly);
    expect(await command('fit', 'KERNEL_TEMP', '1')).toEqual(quietly);
    expect(await command('press', 'system', '5')).toEqual(quietly);
    expect(twin.status()).toMatchObject({
      inlet: -5,
      hosts: [{ id: 'system', load: 0.8, state: 'starting' }],
      absent: ['FAN1', 'HSC'],
    });
    expect(twin.status().sensors).toContainEqual({ id: 'INLET_TEMP', value: 33.5, pinned: true });
    expect(await command('set', 'INLET_TEMP', 'auto')).toEqual(quietly);
    expect(twin.status().sensors.find(({ id }) => id === 'INLET_TEMP')?.pinned).toBe(false);
    expect(await command('mains', 'lose')).toEqual(quietly);
    expect(twin.status().mains).toBe(false);
    expect(await command('mains', 'return')).toEqual(quietly);
    expect(twin.status().mains).toBe(true);
  });

  it('injects and clears faults', async () => {
    expect(await command('fault', 'nack', 'INLET')).toEqual({ status: 0, text: '1\n' });
    expect(await command('fault', 'stuckBus', '6')).toEqual({ status: 0, text: '2\n' });
    expect(await command('fault', 'noisy', 'P3V3', '0.2')).toEqual({ status: 0, text: '3\n' });
    expect(await command('fault', 'stuckPowerGood', 'system', 'low')).toEqual({ status: 0, text: '4\n' });
    expect(await command('fault', 'lostMains')).toEqual({ status: 0, text: '5\n' });
    expect(twin.faults).toEqual([
      { id: '1', kind: 'nack', device: 'INLET' },
      { id: '2', kind: 'stuckBus', bus: 6 },
      { id: '3', kind: 'noisy', sensor: 'P3V3', amplitude: 0.2 },
      { id: '4', kind: 'stuckPowerGood', host: 'system', level: 'low' },
      { id: '5', kind: 'lostMains' },
    ]);
    await command('clear', '2');
    expect(twin.faults.map(({ id }) => id)).toEqual(['1', '3', '4', '5']);
    await command('clear');
    expect(twin.faults).toEqual([]);
  });

  it('prints the state', async () => {
    twin.inject({ kind: 'deadFan', fan: 'FAN0' });
    twin.set('P3V3', 3.1);
    const { status, text } = await command('status');
    expect(status).toBe(0);
    expect(text).toContain('Bench Board: mains on, inlet 24 Cel\n');
    expect(text).toContain('host system: off, load 0\n');
    expect(text).toContain('fault 1: deadFan FAN0\n');
    expect(text).toMatch(/^P3V3 +3\.1 {2}\(pinned\)$/m);
    expect(JSON.parse((await command('--json', 'status')).text)).toMatchObject({
      board: 'Bench Board',
      faults: [{ id: '1', kind: 'deadFan', fan: 'FAN0' }],
    });
  });

  it('prints its commands', async () => {
    const { status, text } = await command('--help');
    expect(status).toBe(0);
    expect(text).toContain('redfishd twin set SENSOR VALUE|auto');
    expect(text).toContain('redfishd twin mains lose|return');
    expect(text).toContain('redfishd twin present PART on|off');
    expect(text).toContain('redfishd twin clear [ID]');
    expect(text).toContain('noisy SENSOR AMPLITUDE');
    expect(await command('set', '--help')).toEqual({ status: 0, text });
  });

  it.each([
    [['lod', 'system', '1'], 2, 'no command "lod"; did you mean "load"?'],
    [['load', 'system'], 2, 'usage: redfishd twin load HOST LOAD'],
    [['load', 'system', 'much'], 2, 'load is a number, not "much"'],
    [['load', 'system', ''], 2, 'load is a number, not ""'],
    [['set', 'P3V3', 'up'], 2, 'value is a number or auto, not "up"'],
    [['mains', 'off'], 2, 'mains is lose or return, not "off"'],
    [['present', 'FAN1', 'yes'], 2, 'present is on or off, not "yes"'],
    [['load', 'system', '2'], 1, 'load is 0 to 1, not 2'],
    [['set', 'INLET_TMP', '3'], 1, 'no sensor "INLET_TMP"; did you mean "INLET_TEMP"?'],
    [['fault', 'nak', 'INLET'], 1, 'no fault "nak"; did you mean "nack"?'],
    [['fault', 'nack'], 1, 'fault nack needs the device'],
    [['fault', 'nack', 'INLET', '7'], 1, 'fault nack takes no value'],
    [['fault', 'lostMains', 'INLET'], 1, 'fault lostMains takes no target'],
    [['fault', 'stuckBus', 'six'], 1, '"six" is not a bus number'],
    [['fault', 'noisy', 'P3V3', ''], 1, 'amplitude must be a number above 0'],
    [['fault', 'stuckPowerGood', 'system', 'up'], 1, 'level is low or high, not "up"'],
    [['press', 'system', '-1'], 1, 'a press lasts'],
    [['clear', '7'], 1, 'no fault "7"'],
  ])('refuses %j', async (argv, status, text) => {
    const before = twin.status();
    const answer = await command(...argv);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(text);
    expect(twin.status()).toMatchObject({ ...before, sensors: expect.anything() });
  });

  it('reports that no twin is running', async () => {
    await server.close();
    const { status, text } = await command('status');
    expect(status).toBe(1);
    expect(text).toContain(`no twin listens on ${path}`);
    server = await serveControl(twin, path);
  });
});

describe('the control socket', () => {
  it('is private to its owner, and removed with the server', async () => {
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await server.close();
    expect(existsSync(path)).toBe(false);
    server = await serveControl(twin, path);
  });

  it('responds to each line in order, including invalid ones', async () => {
    const socket = connect(path);
    const answers: unknown[] = [];
    const press = { command: 'press', host: 'system', ms: 30 };
    socket.write(`${JSON.stringify(press)}\nnonsense\n{"command":"inlet","cel`);
    socket.write('sius":30}\n');
    for await (const line of createInterface({ input: socket })) {
      answers.push(JSON.parse(line));
      if (answers.length === 3) break;
    }
    socket.destroy();
    expect(answers).toEqual([
      { ok: true, result: null },
      { ok: false, error: 'a request is one line of JSON' },
      { ok: true, result: null },
    ]);
    expect(twin.status().inlet).toBe(30);
  });

  it('refuses invalid requests', async () => {
    const refused = (error: string) => ({ ok: false, error: expect.stringContaining(error) });
    expect(await say('[]\n')).toEqual(refused('a JSON object'));
    expect(await say('{"command":3}\n')).toEqual(refused('"command" must be a string'));
    expect(await say('{"command":"constructor"}\n')).toEqual(refused('no command "constructor"'));
    expect(await say('{"command":"load","host":"system"}\n')).toEqual(refused('load needs "load"'));
    expect(await say('{"command":"load","host":"system","load":"1"}\n')).toEqual(
      refused('"load" must be a number'),
    );
    expect(await say('{"command":"inlet","celsius":1,"celsus":2}\n')).toEqual(
      refused('did you mean "celsius"'),
    );
    expect(await say('x'.repeat(20_000))).toEqual(refused('at most'));
    expect(twin.status().inlet).toBe(24);
  });

  it('answers any input without an exception', async () => {
    const request = fc.oneof(
      fc.json().map((text): unknown => JSON.parse(text)),
      fc.record(
        {
          command: fc.constantFrom('set', 'load', 'inlet', 'fault', 'clear', 'mains', 'present', 'fit'),
          sensor: fc.oneof(fc.constant('P3V3'), fc.anything()),
          value: fc.anything(),
          kind: fc.oneof(fc.constantFrom('noisy', 'nack'), fc.anything()),
          target: fc.anything(),
        },
        { requiredKeys: ['command'] },
      ),
    );
    await fc.assert(
      fc.asyncProperty(request, async (value) => {
        await perform(twin, value).catch((error: Error) => expect(error.name).toBe('TwinError'));
      }),
    );
    await fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        try {
          requestOf(words);
        } catch (error) {
          expect((error as Error).name).toBe('TwinError');
        }
      }),
    );
  });

  it('of a running twin is not replaced', async () => {
    await expect(serveControl(twin, path)).rejects.toThrow(`another twin listens on ${path}`);
    expect((await command('status')).status).toBe(0);
  });

  it('of a dead twin is replaced, any other file is kept', async () => {
    const other = join(directory, 'other.sock');
    // A server that closes removes its socket; a hard link to it is what a killed one leaves.
    const dead = createServer().listen(join(directory, 'dead.sock'));
    await once(dead, 'listening');
    const { linkSync } = await import('node:fs');
    linkSync(join(directory, 'dead.sock'), other);
    dead.close();
    await once(dead, 'close');
    const second = await serveControl(twin, other);
    await second.close();

    const file = join(directory, 'notes.txt');
    writeFileSync(file, 'mine');
    chmodSync(file, 0o644);
    await expect(serveControl(twin, file)).rejects.toThrow('is not a socket');
    expect(existsSync(file)).toBe(true);
  });
});
