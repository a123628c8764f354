/** Rules of names: each stands for one thing, and what it refers to is there. */
import type { Finding } from '../finding.ts';
import { pointer } from '../source.ts';
import { suggestion } from '../suggestion.ts';
import type { Reference } from '../validate.ts';
import { type At, type Board, type Breach, entries, members, type Rule, repeated, sensors } from './parts.ts';

type Named = At<{ readonly id?: string | undefined }>;

/** Things that share one space of names: nobody can tell two of the same name apart. */
const spaces: readonly (readonly [what: string, (board: Board) => readonly Named[]])[] = [
  [
    'device',
    (board) => [
      ...entries(board.muxes, '/muxes'),
      ...entries(board.devices, '/devices'),
      ...entries(board.ipmb, '/ipmb'),
      ...entries(board.nodes, '/nodes'),
      ...entries(board.peci, '/peci'),
    ],
  ],
  ['chassis', (board) => entries(board.chassis, '/chassis')],
  ['host', (board) => entries(board.hosts, '/hosts')],
  ['fan', (board) => entries(board.fans, '/fans')],
  ['FRU', (board) => entries(board.frus, '/frus')],
  ['power supply', (board) => entries(board.powerSupplies, '/powerSupplies')],
  ['indicator', (board) => entries(board.indicators, '/indicators')],
  ['drive', (board) => entries(board.drives, '/drives')],
  ['leak detector', (board) => entries(board.leakDetectors, '/leakDetectors')],
];

function* duplicates(what: string, list: readonly Named[]): Iterable<Breach> {
  for (const { path, item } of repeated(list, ({ item }) => item.id)) yield duplicate(what, item.id, path);
}

const duplicate = (what: string, id: string | undefined, path: string): Breach => ({
  path: pointer(path, 'id'),
  message: `there is another ${what} "${id}"`,
  hint: 'give each an id of its own',
});

/** Of sensors, the choices of one device may share an id: only one of them is fitted. */
function* duplicateSensors(board: Board): Iterable<Breach> {
  const known = new Map<string, { owner: string; choices: Set<string> }>();
  for (const { path, item, owner, choice } of sensors(board)) {
    if (item.id === undefined) continue;
    const before = known.get(item.id);
    if (before === undefined) known.set(item.id, { owner, choices: new Set([choice]) });
    else if (before.owner !== owner || before.choices.has(choice)) yield duplicate('sensor', item.id, path);
    else before.choices.add(choice);
  }
}

export const nameRules: Readonly<Record<string, Rule>> = {
  *'duplicate-id'(board) {
    for (const [what, list] of spaces) yield* duplicates(what, list(board));
    yield* duplicateSensors(board);
    for (const { path, item } of entries(board.hosts, '/hosts')) {
      yield* duplicates('socket', entries(item.processors?.sockets, `${path}/processors/sockets`));
    }
  },

  *cycle(board) {
    const chassis = entries(board.chassis, '/chassis');
    const above = new Map(chassis.map(({ item }) => [item.id, item.containedBy]));
    for (const { path, item } of chassis) {
      const around = new Set<string>();
      let outer = item.containedBy;
      while (outer !== undefined && outer !== item.id && !around.has(outer)) {
        around.add(outer);
        outer = above.get(outer);
      }
      if (outer === undefined || outer !== item.id) continue;
      const message = `chassis "${item.id}" is inside itself`;
      yield {
        path: pointer(path, 'containedBy'),
        message,
        hint: 'let the outermost chassis have no containedBy',
      };
    }
  },

  *'probe-pattern'({ probe }) {
    if (probe?.product === undefined) return;
    try {
      new RegExp(probe.product, 'u');
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const hint = 'a JavaScript regular expression, such as ".*Tioga Pass.*"';
      yield { path: '/probe/product', message: `"product" does not compile: ${why}`, hint };
    }
  },
};

/** The names that there are in each section that `x-ref` knows. */
function declared(board: Board): Readonly<Record<string, readonly string[]>> {
  const ids = (list: readonly Named[]) =>
    list.flatMap(({ item }) => (item.id === undefined ? [] : [item.id]));
  return {
    lines: Object.keys(board.lines ?? {}),
    chassis: ids(entries(board.chassis, '/chassis')),
    hosts: ids(entries(board.hosts, '/hosts')),
    devices: ids(entries(board.devices, '/devices')),
    frus: ids(entries(board.frus, '/frus')),
    nodes: ids(entries(board.nodes, '/nodes')),
    sensors: ids(sensors(board)),
  };
}

const singular: Readonly<Record<string, string>> = {
  lines: 'line',
  chassis: 'chassis',
  hosts: 'host',
  devices: 'device',
  frus: 'FRU',
  nodes: 'node',
  sensors: 'sensor',
};

/** Names that stand for nothing, and lines of the wrong direction. */
export function* checkReferences(board: Board, references: readonly Reference[]): Iterable<Finding> {
  const known = declared(board);
  const directions = new Map(members(board.lines, '/lines').map(({ name, item }) => [name, item.direction]));
  const lines = (wanted: string) => [...directions].filter(([, way]) => way === wanted).map(([name]) => name);
  for (const { path, name, section, direction } of references) {
    const what = singular[section] ?? section;
    const names = direction === undefined ? (known[section] ?? []) : lines(direction);
    if (!known[section]?.includes(name)) {
      yield {
        path,
        rule: 'reference',
        message: `there is no ${what} "${name}"`,
        hint: suggestion(name, names),
      };
      continue;
    }
    const found = directions.get(name);
    if (direction === undefined || section !== 'lines' || found === undefined || found === direction)
      continue;
    const hint = `name a line with "direction: ${direction}", or correct that of "${name}"`;
    yield {
      path,
      rule: 'direction',
      message: `line "${name}" is an ${words[found]}, not an ${words[direction]}`,
      hint,
    };
  }
}

const words = { in: 'input', out: 'output' } as const;
