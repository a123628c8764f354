/**
 * The simulator controls of a twin: the commands, their arguments, and their effects. One table serves the
 * command line (`redfishd twin`) and the JSON of the socket, which therefore agree.
 */
import { faultOf } from './faults.ts';
import { TwinError, unknownName } from './names.ts';
import type { Twin, TwinStatus } from './twin.ts';

/** `{"command": "load", "host": "system", "load": 0.8}` */
export type Request = { readonly command: string } & Readonly<Record<string, unknown>>;

export type ArgumentKind =
  | 'text'
  | 'number'
  | 'number or auto'
  | 'on or off'
  | 'lose or return'
  | 'open or closed';

export interface Argument {
  readonly name: string;
  readonly kind: ArgumentKind;
  readonly optional?: boolean;
}

export interface TwinCommand {
  readonly arguments: readonly Argument[];
  readonly help: string;
  /** Its return value becomes `result` of the response. */
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

const needed = (name: string, kind: ArgumentKind = 'text'): Argument => ({ name, kind });
const optional = (name: string, kind: ArgumentKind = 'text'): Argument => ({ name, kind, optional: true });

export const twinCommands: Readonly<Record<string, TwinCommand>> = {
  status: {
    arguments: [],
    help: 'print hosts, nodes, fans, faults and every sensor',
    run: (twin): TwinStatus => twin.status(),
  },
  set: {
    arguments: [needed('sensor'), needed('value', 'number or auto')],
    help: 'fix a sensor at a physical value; auto returns it to the model',
    run: (twin, given) => twin.set(given.text('sensor'), given.numberOrNull('value')),
  },
  load: {
    arguments: [needed('host'), needed('load', 'number')],
    help: 'set the load of a host, 0 to 1',
    run: (twin, given) => twin.setLoad(given.text('host'), given.number('load')),
  },
  inlet: {
    arguments: [needed('celsius', 'number')],
    help: 'set the temperature of the inlet air',
    run: (twin, given) => twin.setInlet(given.number('celsius')),
  },
  fault: {
    arguments: [needed('kind'), optional('target'), optional('value')],
    help: 'inject a fault; prints its id',
    run: (twin, given) => {
      const target = given.optional('target', given.text);
      const value = given.optional('value', given.text);
      return twin.inject(faultOf(given.text('kind'), target, value));
    },
  },
  clear: {
    arguments: [optional('id')],
    help: 'clear one fault, or all',
    run: (twin, given) => twin.clear(given.optional('id', given.text) ?? 'all'),
  },
  press: {
    arguments: [needed('host'), optional('ms', 'number'), optional('button')],
    help: 'press the button power (default), reset or nmi of a host, or of the "panel"; default 200 ms',
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
    help: 'set the selector switch of the panel to a host, or to the controller by its id',
    run: (twin, given) => twin.select(given.text('name')),
  },
  leak: {
    arguments: [needed('detector'), needed('wet', 'on or off')],
    help: 'set a leak detector wet or dry',
    run: (twin, given) => twin.leak(given.text('detector'), given.flag('wet')),
  },
  latch: {
    arguments: [needed('chassis'), needed('closed', 'open or closed')],
    help: 'open or close the latch of a slot',
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
    help: 'log an event in a node: sensor by name or number, event type (auto: that of its record), offset',
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
    help: 'restart the controller of a node',
    run: (twin, given) => twin.resetNode(given.text('node')),
  },
  mains: {
    arguments: [needed('mains', 'lose or return')],
    help: 'remove the input power of the whole board, or restore it',
    run: (twin, given) => (given.flag('mains') ? twin.returnMains() : twin.loseMains()),
  },
  present: {
    arguments: [needed('part'), needed('present', 'on or off')],
    help: 'insert or remove a device, fan, power supply or removable chassis',
    run: (twin, given) => twin.present(given.text('part'), given.flag('present')),
  },
  fit: {
    arguments: [needed('device'), needed('source', 'number')],
    help: 'populate a second source: 0 is the device itself, 1 its first alternative',
    run: (twin, given) => twin.fit(given.text('device'), given.number('source')),
  },
};

/** @throws TwinError with the nearest name */
export function commandOf(name: string): TwinCommand {
  const command = Object.hasOwn(twinCommands, name) ? twinCommands[name] : undefined;
  if (!command) throw unknownName(name, Object.keys(twinCommands), 'command');
  return command;
}

/** Checks and performs a request. @throws TwinError, after which nothing has changed */
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
