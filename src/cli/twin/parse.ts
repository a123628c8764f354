/** The words of `redfishd twin` as a request of the twin's socket. */
import { type Argument, type ArgumentKind, commandOf, type Request } from '../../twin/commands.ts';
import { TwinError } from '../../twin/names.ts';

/** The fixed words of an argument and the value of each in a request. */
const words: Readonly<Record<ArgumentKind, readonly [string, unknown][]>> = {
  text: [],
  number: [],
  'number or auto': [['auto', null]],
  'on or off': [
    ['on', true],
    ['off', false],
  ],
  'lose or return': [
    ['lose', false],
    ['return', true],
  ],
  'open or closed': [
    ['open', false],
    ['closed', true],
  ],
};

/** `redfishd twin load HOST LOAD` */
export function usage(name: string): string {
  const places = commandOf(name).arguments.map((argument) => {
    const choices = argument.kind === 'number or auto' ? [argument.name.toUpperCase(), 'auto'] : [];
    const fixed = argument.kind === 'number or auto' ? [] : words[argument.kind].map(([word]) => word);
    const place = [...choices, ...fixed].join('|') || argument.name.toUpperCase();
    return argument.optional ? `[${place}]` : place;
  });
  return ['redfishd twin', name, ...places].join(' ');
}

/** The request that the words of a command line stand for. @throws TwinError */
export function requestOf([name = '', ...given]: readonly string[]): Request {
  const command = commandOf(name);
  const least = command.arguments.filter((argument) => !argument.optional).length;
  if (given.length < least || given.length > command.arguments.length) {
    throw new TwinError(`usage: ${usage(name)}`);
  }
  const values = command.arguments.slice(0, given.length).map((argument, index) => {
    const word = given[index] ?? '';
    return [argument.name, argumentValue(argument, word)] as const;
  });
  return { command: name, ...Object.fromEntries(values) };
}

function argumentValue({ name, kind }: Argument, word: string): unknown {
  if (kind === 'text') return word;
  const fixed = words[kind];
  const found = fixed.find(([text]) => text === word);
  if (found) return found[1];
  const number = word.trim() === '' ? Number.NaN : Number(word);
  if (kind.startsWith('number') && Number.isFinite(number)) return number;
  throw new TwinError(`${name} is ${kind.startsWith('number') ? `a ${kind}` : kind}, not "${word}"`);
}
