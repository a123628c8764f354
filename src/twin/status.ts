/** The state of a twin as a person reads it. */
import type { TwinStatus } from './twin.ts';

/** `status` as it came over the socket of a twin of this same program. */
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

/** Four digits, as many as a reader wants. */
const round = (value: number) => Number(value.toPrecision(4));
