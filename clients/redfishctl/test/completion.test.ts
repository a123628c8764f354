/** Completion in the real shells that the machine has. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { completionScript } from '../src/completion.ts';
import { Home, program } from './support/run.ts';

const has = (shell: string): boolean => {
  try {
    execFileSync(shell, ['-c', 'true']);
    return true;
  } catch {
    return false;
  }
};

describe('completion', () => {
  const home = new Home();
  const bin = join(home.folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'redfishctl'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  chmodSync(join(bin, 'redfishctl'), 0o755);
  const env = { ...home.env, PATH: `${bin}${delimiter}${home.env.PATH}` };
  afterAll(() => home.remove());

  it.skipIf(!has('bash'))('completes words and values in bash', () => {
    const ask = (...words: string[]): string[] => {
      const quoted = words.map((word) => `'${word}'`).join(' ');
      const script = `source <(redfishctl completion bash); COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _redfishctl; printf '%s\\n' "\${COMPREPLY[@]}"`;
      return execFileSync('bash', ['-c', script], { env, encoding: 'utf8' }).trim().split('\n');
    };
    expect(ask('redfishctl', 'sen')).toEqual(['sensors']);
    expect(ask('redfishctl', 'boot', 'next', '')).toContain('pxe');
    expect(ask('redfishctl', 'power', '-o', 'y')).toEqual(['yaml']);
  });

  it.skipIf(!has('zsh'))('loads in zsh without an error', () => {
    const script = `autoload -Uz compinit && compinit -D -u; ${completionScript('zsh')}\nprint -- $_comps[redfishctl]`;
    expect(execFileSync('zsh', ['-fc', script], { env, encoding: 'utf8' }).trim()).toBe('_redfishctl');
  });

  it('names the shells it knows', () => {
    expect(() => completionScript('tcsh')).toThrow(/bash or zsh/);
  });
});
