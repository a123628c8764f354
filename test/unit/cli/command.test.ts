/** What all commands of redfishd have in common. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { command, runCommand, UsageError } from '../../../src/cli/command.ts';
import { commands } from '../../../src/cli/index.ts';
import { redfishd } from '../../support/command.ts';

const invoke = async (each: Parameters<typeof runCommand>[0], ...words: string[]) => {
  const text = { out: '', err: '' };
  const status = await runCommand(each, words, {
    out: (more) => {
      text.out += more;
    },
    err: (more) => {
      text.err += more;
    },
    env: {},
    version: '1.2.3',
  });
  return { status, ...text };
};

describe('redfishd', () => {
  it('lists every command with its summary', async () => {
    const { status, out, err } = await redfishd(['--help']);
    expect([status, err]).toEqual([0, '']);
    for (const { name, summary } of commands) expect(out).toMatch(new RegExp(`^  ${name} +${summary}$`, 'm'));
  });

  it('prints its version', async () => {
    expect(await redfishd(['--version'])).toEqual({ status: 0, out: '1.2.3\n', err: '' });
  });

  it('lists the commands on standard error and exits with 2 without a command', async () => {
    expect(await redfishd([])).toMatchObject({ status: 2, out: '', err: expect.stringContaining('serve') });
  });

  it('exits with 2 for a name that is no command', async () => {
    expect(await redfishd(['constructor'])).toEqual({
      status: 2,
      out: '',
      err: 'redfishd: "constructor" is not a command; "redfishd --help" lists the commands\n',
    });
  });
});

describe.each(commands.map((each) => [each.name, each] as const))('redfishd %s', (name, each) => {
  it.each(['--help', '-h'])('explains itself with %s', async (flag) => {
    const { status, out, err } = await redfishd([name, flag]);
    expect([status, err]).toEqual([0, '']);
    expect(out).toMatch(new RegExp(`^Usage: redfishd ${name} `));
    for (const option of Object.keys(each.options)) expect(out).toContain(`--${option}`);
  });

  it('refuses an unknown option on standard error with status 2', async () => {
    const { status, out, err } = await redfishd([name, '--no-such-option']);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(`redfishd ${name}: Unknown option '--no-such-option'`);
  });

  it('has a summary of one line', () => {
    expect(each.summary).toMatch(/^[a-z][^\n.]{10,75}$/);
  });
});

describe('a command', () => {
  const sum = command({
    name: 'sum',
    summary: 'add numbers',
    options: {
      base: { type: 'string', value: 'N', summary: 'base of the result', required: '16' },
      loud: { type: 'boolean', short: 'l', summary: 'with an exclamation mark' },
    },
    operands: { usage: 'NUMBER...', least: 1, most: 3, verbatim: true },
    async run({ base, loud }, io) {
      const numbers = io.operands.map(Number);
      if (numbers.some(Number.isNaN)) throw new UsageError('a number was expected');
      const total = numbers.reduce((a, b) => a + b);
      if (total > 100) throw new Error('the sum is too large');
      io.out(total.toString(Number(base)) + (loud === true ? '!' : ''));
      return 0;
    },
  });

  it.each([
    [['--base', '16', '10', '5'], 'f'],
    [['--base=16', '-l', '10'], 'a!'],
    [['--loud', '--base', '10', '5', '-3'], '2!'],
  ])('parses %j', async (words, out) => {
    expect(await invoke(sum, ...words)).toEqual({ status: 0, out, err: '' });
  });

  it.each([
    [['1'], '--base N is required, such as --base 16'],
    [['--base', '10'], 'NUMBER... is required'],
    [['--base', '10', '1', '2', '3', '4'], '"4" is not expected'],
    [['--base', '10', 'x'], 'a number was expected'],
    [['--base'], "Option '--base <value>' argument missing"],
  ])('refuses %j with status 2', async (words, text) => {
    const { status, out, err } = await invoke(sum, ...words);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(`redfishd sum: ${text}`);
    expect(err).toContain('"redfishd sum --help"');
  });

  it('exits with 1 and the message of what failed', async () => {
    expect(await invoke(sum, '--base', '10', '101')).toEqual({
      status: 1,
      out: '',
      err: 'redfishd sum: the sum is too large\n',
    });
  });

  it('exits with 0, 1 or 2 and one message, whatever it is given', async () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom('--base', '--base=2', '-l', '--loud', '-h', '--', '7'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 6 }), async (words) => {
        const { status, out, err } = await invoke(sum, ...words);
        expect([0, 1, 2]).toContain(status);
        expect(err === '').toBe(status === 0);
        if (status !== 0) expect(out).toBe('');
      }),
    );
  });
});
