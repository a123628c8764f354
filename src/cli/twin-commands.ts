/**
 * The commands of a twin's control socket: what each takes, and what it does. One table serves the words of a command
 * line and the JSON of the socket, so the two cannot drift apart.
 */
import { faultOf, faultShapes } from '../twin/faults.ts';
import { TwinError, unknownName } from '../twin/names.ts';
import type { Twin, TwinStatus } from '../twin/twin.ts';

/** `{"command": "load", "host": "system", "load": 0.8}` */
export type Request = { readonly command: string } & Readonly<Record<string, unknown>>;

type Kind = 'text' | 'number' | 'number or auto' | 'on or off' | 'lose or return' | 'open or closed';

interface Argument {
  readonly name: string;
  readonly kind: Kind;
  readonly optional?: boolean;
}

interface Command {
  readonly arguments: readonly Argument[];
  readonly help: string;
  /** What it returns goes into the answer as `result`. */
  run(twin: Twin, given: Given): unknown;
}

/** The arguments of a request, checked for their kinds. */
interface Given {
  text(name: string): string;
  number(name: string): number;
  optional<T>(name: string, read: (name: string) => T): T | undefined;
  flag(name: string): boolean;
  numberOrNull(name: string): number | null;
}

const buttons = ['power', 'reset', 'nmi'] as const;
const isButton = (name: string): name is (typeof buttons)[number] =>
  (buttons as readonly string[]).includes(name);

const needed = (name: string, kind: Kind = 'text'): Argument => ({ name, kind });
const optional = (name: string, kind: Kind = 'text'): Argument => ({ name, kind, optional: true });

const commands: Readonly<Record<string, Command>> = {
  status: {
    arguments: [],
    help: 'hosts, nodes, fans, faults and every sensor',
    run: (twin): TwinStatus => twin.status(),
  },
  set: {
    arguments: [needed('sensor'), needed('value', 'number or auto')],
    help: 'pin a sensor to a physical value; auto gives it back to the model',
    run: (twin, given) => twin.set(given.text('sensor'), given.numberOrNull('value')),
  },
  load: {
    arguments: [needed('host'), needed('load', 'number')],
    help: 'work of a host, 0 to 1',
    run: (twin, given) => twin.setLoad(given.text('host'), given.number('load')),
  },
  inlet: {
    arguments: [needed('celsius', 'number')],
    help: 'temperature of the air that comes in',
    run: (twin, given) => twin.setInlet(given.number('celsius')),
  },
  fault: {
    arguments: [needed('kind'), optional('target'), optional('value')],
    help: 'break something; prints the id of the fault',
    run: (twin, given) => {
      const target = given.optional('target', given.text);
      const value = given.optional('value', given.text);
      return twin.inject(faultOf(given.text('kind'), target, value));
    },
  },
  clear: {
    arguments: [optional('id')],
    help: 'mend one fault, or all',
    run: (twin, given) => twin.clear(given.optional('id', given.text) ?? 'all'),
  },
  press: {
    arguments: [needed('host'), optional('ms', 'number'), optional('button')],
    help: 'press the power button, or reset or nmi, as a person does, 200 ms; of the panel where the host is "panel"',
    run: (twin, given) => {
      const button = given.optional('button', given.text) ?? 'power';
      if (!isButton(button)) throw unknownName(button, buttons, 'button');
      if (given.text('host') === 'panel' && button !== 'nmi')
        return twin.pressPanel(given.optional('ms', given.number) ?? 200, button);
      return twin.pressButton(given.text('host'), given.optional('ms', given.number) ?? 200, button);
    },
  },
  select: {
    arguments: [needed('name')],
    help: 'turn the hand switch of the panel to a host, or to the controller by its id',
    run: (twin, given) => twin.select(given.text('name')),
  },
  leak: {
    arguments: [needed('detector'), needed('wet', 'on or off')],
    help: 'wet a leak detector, or dry it',
    run: (twin, given) => twin.leak(given.text('detector'), given.flag('wet')),
  },
  latch: {
    arguments: [needed('chassis'), needed('closed', 'open or closed')],
    help: 'open the latch of a slot, or close it',
    run: (twin, given) => twin.latch(given.text('chassis'), given.flag('closed')),
  },
  sel: {
    arguments: [
      needed('node'),
      needed('sensor'),
      needed('type', 'number or auto'),
      needed('offset', 'number'),
      optional('asserted', 'on or off'),
    ],
    help: 'log an event in a node: a sensor by its name or number, its type (auto: that of its record), the state',
    run: (twin, given) =>
      twin.logEvent(given.text('node'), {
        sensor: given.text('sensor'),
        type: given.numberOrNull('type'),
        offset: given.number('offset'),
        asserted: given.optional('asserted', given.flag) ?? true,
      }),
  },
  reset: {
    arguments: [needed('node')],
    help: 'the controller of a node starts anew',
    run: (twin, given) => twin.resetNode(given.text('node')),
  },
  mains: {
    arguments: [needed('mains', 'lose or return')],
    help: 'take the power of the whole board away, or give it back',
    run: (twin, given) => (given.flag('mains') ? twin.returnMains() : twin.loseMains()),
  },
  present: {
    arguments: [needed('part'), needed('present', 'on or off')],
    help: 'plug a device, fan, power supply or removable chassis in or out',
    run: (twin, given) => twin.present(given.text('part'), given.flag('present')),
  },
  fit: {
    arguments: [needed('device'), needed('source', 'number')],
    help: 'fit a second source: 0 is the device itself, 1 its first alternative',
    run: (twin, given) => twin.fit(given.text('device'), given.number('source')),
  },
};

const words: Readonly<Record<Kind, readonly [string, unknown][]>> = {
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

function commandOf(name: string): Command {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw unknownName(name, Object.keys(commands), 'command');
  return command;
}

/** `redfishd twin load HOST LOAD` */
function usage(name: string): string {
  const places = commandOf(name).arguments.map((argument) => {
    const choices = argument.kind === 'number or auto' ? [argument.name.toUpperCase(), 'auto'] : [];
    const fixed = argument.kind === 'number or auto' ? [] : words[argument.kind].map(([word]) => word);
    const place = [...choices, ...fixed].join('|') || argument.name.toUpperCase();
    return argument.optional ? `[${place}]` : place;
  });
  return ['redfishd twin', name, ...places].join(' ');
}

/** What `--help` prints. */
export function helpText(): string {
  const lines = Object.entries(commands).map(([name, { help }]) => `  ${usage(name)}\n      ${help}\n`);
  const kinds = Object.entries(faultShapes).map(([kind, { target, value }]) =>
    ['   ', kind, target?.toUpperCase(), value?.toUpperCase()].filter(Boolean).join(' '),
  );
  return `Turns the knobs of a running twin.\n\n${lines.join('')}\nFaults:\n${kinds.join('\n')}\n`;
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

/** Checks a request from the socket and carries it out. @throws TwinError; nothing was changed then */
export async function perform(twin: Twin, request: unknown): Promise<unknown> {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    throw new TwinError('a request is a JSON object with a "command"');
  }
  const given = new Map<string, unknown>(Object.entries(request));
  const name = given.get('command');
  if (typeof name !== 'string') throw new TwinError('"command" must be a string');
  const command = commandOf(name);
  const known = ['command', ...command.arguments.map((argument) => argument.name)];
  for (const key of given.keys())
    if (!known.includes(key)) throw unknownName(key, known, `argument of ${name}`);
  for (const argument of command.arguments) {
    if (!argument.optional && !given.has(argument.name))
      throw new TwinError(`${name} needs "${argument.name}"`);
  }
  return await command.run(twin, checked(given));
}

function checked(given: ReadonlyMap<string, unknown>): Given {
  const fail = (name: string, kind: string) => new TwinError(`"${name}" must be ${kind}`);
  const reader: Given = {
    text(name) {
      const value = given.get(name);
      // A bus number or an amplitude may come as either.
      if (typeof value === 'number') return String(value);
      if (typeof value !== 'string') throw fail(name, 'a string');
      return value;
    },
    number(name) {
      const value = given.get(name);
      if (typeof value !== 'number') throw fail(name, 'a number');
      return value;
    },
    optional: (name, read) => (given.get(name) === undefined ? undefined : read(name)),
    flag(name) {
      const value = given.get(name);
      if (typeof value !== 'boolean') throw fail(name, 'true or false');
      return value;
    },
    numberOrNull: (name) => (given.get(name) === null ? null : reader.number(name)),
  };
  return reader;
}
