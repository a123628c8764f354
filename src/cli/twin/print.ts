/** What `redfishd twin` prints: its help, and the status of a twin. */
import { twinCommands } from '../../twin/commands.ts';
import { faultShapes } from '../../twin/faults.ts';
import type { TwinStatus } from '../../twin/twin.ts';
import { usage } from './parse.ts';

/** The commands and the faults, for the help. */
export function commandsText(): string {
  const lines = Object.entries(twinCommands).map(([name, { help }]) => `  ${usage(name)}\n      ${help}\n`);
  const kinds = Object.entries(faultShapes).map(([kind, { target, value }]) =>
    ['   ', kind, target?.toUpperCase(), value?.toUpperCase()].filter(Boolean).join(' '),
  );
  return `Commands:\n${lines.join('')}\nFaults:\n${kinds.join('\n')}\n`;
}

/** @param status the result of the command `status` of a twin of this same program */
export function statusText(status: unknown): string {
  const { board, mains, inlet, hosts, nodes, fans, sensors, absent, faults } = status as TwinStatus;
  const lines = [
    `${board}: mains ${mains ? 'on' : 'lost'}, inlet ${inlet} Cel`,
    ...hosts.map(({ id, state, load }) => `host ${id}: ${state}, load ${load}`),
    ...nodes.map(({ id, link, awake, identifying, events }) => {
      const shown = identifying === 'off' ? '' : ', identifies';
      return `node ${id}: ${link}, ${awake ? 'runs' : 'is silent'}, ${events} in its log${shown}`;
    }),
    ...fans.map(
      ({ id, present, duty, speed }) =>
        `fan ${id}: ${present ? `duty ${round(duty)} %, turns at ${round(speed)} %` : 'absent'}`,
    ),
    ...(absent.length > 0 ? [`absent: ${absent.join(', ')}`] : []),
    ...faults.map(({ id, kind, ...target }) => `fault ${id}: ${[kind, ...Object.values(target)].join(' ')}`),
  ];
  const width = Math.max(0, ...sensors.map(({ id }) => id.length));
  for (const { id, value, pinned } of sensors) {
    lines.push(`${id.padEnd(width)}  ${round(value)}${pinned ? '  (pinned)' : ''}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Four significant digits. */
const round = (value: number) => Number(value.toPrecision(4));
