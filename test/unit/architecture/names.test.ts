/** The law of names: words that docs/glossary.md retires are no names of methods, functions and types. */
import { expect, it } from 'vitest';
import { retiredNames } from './debt.ts';
import { sources, textOf } from './support.ts';

/** First column of the table of retired words; one with a meaning in parentheses is retired for that meaning only. */
const retired = textOf('docs/glossary.md')
  .split('## Retired words')[1]
  ?.matchAll(/^\| ([^|]+) \|/gm);
const words = [...(retired ?? [])]
  .flatMap(([, cell = '']) => (cell.includes('(') ? [] : cell.split(',')))
  .map((word) => word.trim())
  .filter((word) => /^[A-Za-z]+$/.test(word) && word !== 'retired');

/** Declarations of a method, function, member of an interface, or type. */
function declared(text: string): string[] {
  const methods = text.matchAll(
    /^\s+(?:(?:readonly|static|async|get|set|override|private|public) )*#?(\w+)\??(?:<[^>]*>)?\([^;]*\)[^;=]*(?:\{|;)$/gm,
  );
  const members = text.matchAll(/^\s+readonly (\w+)\??: \(/gm);
  const functions = text.matchAll(/^(?:export )?(?:async )?function (\w+)/gm);
  const types = text.matchAll(/^(?:export )?(?:abstract )?(?:class|interface|type) (\w+)/gm);
  return [methods, members, functions, types].flatMap((found) => [...found].map((match) => match[1] ?? ''));
}

const keywords = new Set(['if', 'for', 'while', 'switch', 'return', 'catch']);

it('reads the retired words from the glossary', () => {
  expect(words).toContain('look');
  expect(words).toContain('Ways');
});

it('finds declarations', () => {
  const text = `export class Ways {\n  async look(a: number): Promise<void> {\n  readonly tell: (x: string) => void;\n}\nfunction hear() {}`;
  expect(declared(text)).toEqual(expect.arrayContaining(['Ways', 'look', 'tell', 'hear']));
});

it('uses no retired word as the name of a method, function or type', () => {
  const found = ['src', 'drivers', 'clients'].flatMap((folder) =>
    sources(folder).flatMap((file) =>
      declared(textOf(file))
        .filter((name) => !keywords.has(name) && words.includes(name))
        .map((name) => `${file}: ${name}`),
    ),
  );
  expect(found.filter((each) => !retiredNames.has(each))).toEqual([]);
});
