/** The pure parts: arguments, configuration, output, completion, and the tables against the documents. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandIndex, helpText } from '../src/cli.ts';
import { aliases, commands } from '../src/commands.ts';
import { complete } from '../src/completion.ts';
import { configOf, settingsOf } from '../src/config.ts';
import { CommandError, exitStatuses } from '../src/exit.ts';
import { inParallel, namesOf } from '../src/fleet.ts';
import { wordsOf } from '../src/lines.ts';
import { Arguments, globalOptions, optionsFor, readArguments } from '../src/options.ts';
import { cellOf, csvLines, fieldOf, render, type Style, tableLines } from '../src/output.ts';
import { Escapes } from '../src/verbs/console.ts';
import { explained } from '../src/verbs/local.ts';
import { maskOf, netChanges, prefixOf } from '../src/verbs/net.ts';
import { bodyOf } from '../src/verbs/raw.ts';
import { thresholdChanges } from '../src/verbs/sensors.ts';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
const none = new Arguments([], {});

describe('arguments', () => {
  it('finds the command behind options and their values', () => {
    expect(commandIndex(['-H', 'power', '--user', 'x', 'sensors'])).toBe(4);
    expect(commandIndex(['-k', '-Hbmc', '--user=x', 'sel', '-f'])).toBe(3);
    expect(commandIndex(['--help'])).toBe(-1);
  });

  it("lets a command's own short option win over a global one", () => {
    const args = readArguments(['-f'], optionsFor(commands.sel?.options ?? {}));
    expect(args.has('follow')).toBe(true);
    expect(readArguments(['-f', 'pw'], globalOptions).text('password-file')).toBe('pw');
  });

  it('says what is wrong with an option', () => {
    expect(() => readArguments(['--frob'], globalOptions)).toThrow(/frob/);
    expect(() => readArguments(['-o', 'xml'], globalOptions)).toThrow(/table, wide, json/);
    expect(() => new Arguments([], { timeout: 'soon' }).number('timeout', 0)).toThrow(/--timeout soon/);
  });

  it('fits the short options of every command together', () => {
    for (const [name, { options = {} }] of Object.entries(commands)) {
      const shorts = Object.values(optionsFor(options)).flatMap(({ short }) => short ?? []);
      expect(new Set(shorts).size, name).toBe(shorts.length);
    }
  });

  it('builds a body from fields', async () => {
    expect(await bodyOf(['AssetTag=rack 4', 'Boot.Enabled=true', 'Boot.N=1'], undefined)).toEqual({
      AssetTag: 'rack 4',
      Boot: { Enabled: true, N: 1 },
    });
    await expect(bodyOf(['=x'], undefined)).rejects.toThrow(/NAME=VALUE/);
  });
});

describe('configuration', () => {
  const config = configOf('c.yaml', {
    current: 'lab',
    contexts: { lab: { host: 'lab', user: 'lab-user', pin: 'aa' }, other: { host: 'o' } },
    groups: { row: ['lab', 'x'] },
  });

  it('takes flag before environment before context', () => {
    const of = (flags: Record<string, string>, env: Record<string, string>) =>
      settingsOf(undefined, config, new Arguments([], flags), env).user;
    expect(of({ user: 'f' }, { REDFISHCTL_USER: 'e' })).toEqual({ value: 'f', source: '--user' });
    expect(of({}, { REDFISHCTL_USER: 'e' })).toEqual({ value: 'e', source: 'REDFISHCTL_USER' });
    expect(of({}, {})).toEqual({ value: 'lab-user', source: 'context lab' });
  });

  it("gives a node of a fleet its own address and no other's pin", () => {
    expect(settingsOf('x', config, none, {})).toMatchObject({
      host: { value: 'x' },
      user: { value: 'lab-user' },
    });
    expect(settingsOf('x', config, none, {}).pin).toBeUndefined();
    expect(settingsOf('lab', config, none, {}).pin?.value).toBe('aa');
  });

  it('names the key that is wrong', () => {
    expect(() => configOf('c', { contexts: { a: { hots: 'x' } } })).toThrow(/contexts\.a\.hots is unknown/);
    expect(() => configOf('c', { groups: { a: 'x' } })).toThrow(/groups\.a/);
    expect(() => configOf('c', [])).toThrow(/no mapping/);
    expect(() => settingsOf(undefined, config, new Arguments([], { context: 'q' }), {})).toThrow(
      /lab, other/,
    );
  });

  it('reads an inventory with comments', () => {
    expect(namesOf('a\n# all of b\n b # c\n\r\n')).toEqual(['a', 'b']);
  });
});

describe('output', () => {
  const style: Style = {
    ...{ format: 'json', fields: undefined, query: undefined, headers: true },
    ...{ width: undefined, colour: false, fleet: false },
  };
  const shape = { columns: ['name', 'reading'], key: 'name', value: 'reading' };
  const rows = [
    { name: 'A', reading: 1 },
    { name: 'Bee', reading: null },
  ];

  it('aligns a table, and cuts its lines at the width of the terminal', () => {
    expect(tableLines(rows, ['name', 'reading'], { headers: true })).toEqual([
      'NAME  READING',
      'A     1',
      'Bee',
    ]);
    fc.assert(
      fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 60 }), (texts, width) => {
        const lines = tableLines(
          texts.map((name) => ({ name, id: name })),
          ['id', 'name'],
          { headers: true, width },
        );
        return lines.length === texts.length + 1 && lines.every((line) => line.length <= width);
      }),
    );
  });

  it('writes CSV that can be read back', () => {
    const parse = (text: string): string[] =>
      [...text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
        (match) => match[1]?.replaceAll('""', '"') ?? match[2] ?? '',
      );
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (a, b) => {
        const [line = ''] = csvLines([{ a, b }], ['a', 'b'], false);
        expect(parse(line)).toEqual([cellOf(a), cellOf(b)]);
      }),
    );
  });

  it('lets no control character of a service reach the terminal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) =>
        [...cellOf(text)].every(
          (char) => char.charCodeAt(0) >= 32 && !(char >= '\u007f' && char <= '\u009f'),
        ),
      ),
    );
  });

  it('renders each format', async () => {
    const of = (more: Partial<Style>) => render(rows, shape, { ...style, ...more });
    expect(JSON.parse(await of({}))).toEqual(rows);
    expect(await of({ format: 'jsonl' })).toBe('{"name":"A","reading":1}\n{"name":"Bee","reading":null}');
    expect(await of({ format: 'yaml' })).toBe('- name: A\n  reading: 1\n- name: Bee\n  reading: null');
    expect(await of({ format: 'csv' })).toBe('name,reading\nA,1\nBee,');
    expect(await of({ format: 'name' })).toBe('A\nBee');
    expect(await of({ format: 'value' })).toBe('1\n');
    expect(await of({ format: 'table', headers: false, fields: ['reading', 'name'] })).toBe('1  A\n   Bee');
    expect(await of({ query: '[?reading].name' })).toBe('[\n  "A"\n]');
    await expect(of({ query: '[?' })).rejects.toThrow(CommandError);
  });

  it('follows paths into a row, and not into its prototype', () => {
    expect(fieldOf({ a: { b: [{ c: 1 }] } }, 'a.b.0.c')).toBe(1);
    expect(fieldOf({}, 'constructor.name')).toBeUndefined();
  });
});

describe('fleets', () => {
  it('works on at most so many at a time, and begins none after a stop', async () => {
    let [running, most, done] = [0, 0, 0];
    const work = async (): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
      done += 1;
    };
    await inParallel(Array.from({ length: 50 }), 7, work);
    expect([most, done]).toEqual([7, 50]);
    await inParallel([1, 2, 3], 1, work, () => done < 51);
    expect(done).toBe(51);
  });
});

describe('explain', () => {
  const docs = {
    types: {
      'Fan.Fan': { '': 'A fan.', Speed: 'Its speed.' },
      'Fan.Speed': { Fast: 'Quick.' },
    },
    messages: { 'Base.Success': { message: 'Done.', resolution: 'None.' } },
  };
  it('describes types, properties, values and messages', () => {
    expect(explained(docs, 'Fan')).toHaveLength(2);
    expect(explained(docs, 'Fan.Speed').map(({ name }) => name)).toEqual(['Fan.Speed', 'Fan.Speed.Fast']);
    expect(explained(docs, 'Fan.Speed.Fast')).toEqual([{ name: 'Fan.Speed.Fast', description: 'Quick.' }]);
    expect(explained(docs, 'Base.Success')[0]?.description).toMatch(/^Done/);
    expect(explained(docs, 'Nothing')).toEqual([]);
  });
});

it('turns a network mask into the length of a prefix', () => {
  expect(['255.255.255.0', '255.255.255.192', '0.0.0.0', 64].map(prefixOf)).toEqual(['24', '26', '0', '64']);
});

describe('completion', () => {
  it('knows commands, words, options and values', () => {
    expect(complete(['pow'])).toBe('power\n');
    expect(complete(['power', 'o'])).toBe('on\noff\n');
    expect(complete(['-H', 'bmc', 'boot', 'next', 'p'])).toBe('pxe\n');
    expect(complete(['sel', '--fol'])).toBe('--follow\n');
    expect(complete(['power', '-o', 'js'])).toBe('json\njsonl\n');
    expect(complete(['power', '--passw']).split('\n')).not.toContain('--password');
  });
});

describe('documents', () => {
  it('names every exit status in the README', () => {
    const listed = /## Exit statuses\n\n([\s\S]*?)\n\n/.exec(readme)?.[1] ?? '';
    expect([...listed.matchAll(/(?:^|· )(\d+) /g)].map(([, status]) => Number(status))).toEqual(
      Object.values(exitStatuses).map(([status]) => status),
    );
  });

  it('names only commands that exist, in the column for ipmitool users', () => {
    const cells = [...readme.matchAll(/^\| `[^|]*(?:\\\|[^|]*)*\| `([a-z]+)/gm)].map(
      ([, word]) => word ?? '',
    );
    expect(cells.length).toBeGreaterThan(15);
    for (const word of cells) expect([...Object.keys(commands), 'exec']).toContain(word);
    for (const word of Object.values(aliases)) expect(Object.keys(commands)).toContain(word);
  });

  it('has help for every command', () => {
    for (const [name, { summary }] of Object.entries(commands)) expect(helpText(name)).toContain(summary);
  });
});

describe('lines of exec', () => {
  it('takes words apart as a shell does', () => {
    expect(wordsOf(`api PATCH x -F "AssetTag=rack 4" 'a"b' c\\ d '' # comment`)).toEqual([
      'api',
      'PATCH',
      'x',
      '-F',
      'AssetTag=rack 4',
      'a"b',
      'c d',
      '',
    ]);
    expect(() => wordsOf("power 'on")).toThrow(/quote is not closed/);
  });

  it('gives back any words that were quoted', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        const line = words.map((word) => `'${word.replaceAll("'", `'"'"'`)}'`).join(' ');
        expect(wordsOf(line)).toEqual(words);
      }),
    );
  });
});

it('reads thresholds, and says which there are', () => {
  expect(thresholdChanges(['upperCritical=80.5', 'LowerCaution=none'])).toEqual({
    Thresholds: { UpperCritical: { Reading: 80.5 }, LowerCaution: { Reading: null } },
  });
  for (const words of [['upper=1'], ['upperCritical=warm'], ['upperCritical'], []])
    expect(() => thresholdChanges(words)).toThrow(CommandError);
});

describe('escapes of the console', () => {
  const typed = (...texts: string[]) => {
    const escapes = new Escapes();
    let sent = '';
    for (const text of texts) {
      const { send, ended } = escapes.take(Buffer.from(text));
      sent += Buffer.from(send).toString('latin1');
      if (ended) return { sent, ended };
    }
    return { sent, ended: false };
  };

  it('ends at ~. in the beginning of a line only, also when typed key by key', () => {
    expect(typed('~.')).toEqual({ sent: '', ended: true });
    expect(typed('ls\r', '~', '.')).toEqual({ sent: 'ls\r', ended: true });
    expect(typed('a~.')).toEqual({ sent: 'a~.', ended: false });
    expect(typed('~~.')).toEqual({ sent: '~.', ended: false });
    expect(typed('~x')).toEqual({ sent: '~x', ended: false });
  });

  it('changes nothing in text without a tilde, however it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[ -}\r\n]*$/)), (texts) => {
        expect(typed(...texts)).toEqual({ sent: texts.join(''), ended: false });
      }),
    );
  });
});

describe('net set', () => {
  it('builds the changes of an interface, and refuses what makes no sense', () => {
    const of = (flags: Record<string, string | boolean>) => netChanges(new Arguments(['set'], flags));
    expect(of({ dhcp: true, vlan: 'none' })).toEqual({
      DHCPv4: { DHCPEnabled: true },
      VLAN: { VLANEnable: false },
    });
    expect(of({ ip: '192.0.2.7/25', gateway: '192.0.2.1', vlan: '7', hostname: 'b' })).toEqual({
      DHCPv4: { DHCPEnabled: false },
      IPv4StaticAddresses: [{ Address: '192.0.2.7', SubnetMask: '255.255.255.128', Gateway: '192.0.2.1' }],
      VLAN: { VLANEnable: true, VLANId: 7 },
      HostName: 'b',
    });
    for (const flags of [
      {},
      { ip: '192.0.2.7' },
      { ip: '192.0.2.7/33' },
      { ip: 'x/1' },
      { vlan: '4095' },
      { gateway: '192.0.2.1' },
    ])
      expect(() => of(flags as Record<string, string>), JSON.stringify(flags)).toThrow(CommandError);
    expect(() => of({ dhcp: true, ip: '192.0.2.7/24' })).toThrow(/not both/);
  });

  it('turns a prefix into the mask that has its length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 32 }), (bits) => prefixOf(maskOf(bits)) === String(bits)),
    );
  });
});
