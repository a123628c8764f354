/** The exposition formats against their judges: promtool, and a parser of our own turned around. */
import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exposition, type Family, labelsOf } from '../../../src/telemetry/exposition.ts';

const promtool = spawnSync('promtool', ['--version']).status === 0;
if (!promtool) {
  process.stderr.write(
    'SKIPPED: no promtool, so the exposition is judged by nobody else (apt: prometheus)\n',
  );
  if (process.env.CI) throw new Error('promtool is missing');
}

/** Reads a label set back, as Prometheus does. */
function parsed(labels: string): Record<string, string> {
  const out: Record<string, string> = {};
  const pattern = /(\w+)="((?:[^"\\]|\\.)*)"/gy;
  pattern.lastIndex = 1;
  for (let match = pattern.exec(labels); match !== null; match = pattern.exec(labels)) {
    out[match[1] ?? ''] = (match[2] ?? '').replace(/\\(.)/g, (_, char) => (char === 'n' ? '\n' : char));
    if (labels[pattern.lastIndex] === ',') pattern.lastIndex += 1;
  }
  return out;
}

const family: Family = {
  name: 'redfishd_heat_celsius',
  type: 'gauge',
  unit: 'celsius',
  help: 'Two lines\nand a \\.',
  samples: [
    [labelsOf({ name: 'a "b"\n' }), 21.5],
    ['{name="c"}', Number.NaN],
    ['{name="d"}', -Infinity],
  ],
};

describe('the exposition formats', () => {
  it('write a family, once as Prometheus has it and once as OpenMetrics', () => {
    const lines = [
      'redfishd_heat_celsius{name="a \\"b\\"\\n"} 21.5',
      'redfishd_heat_celsius{name="c"} NaN',
      'redfishd_heat_celsius{name="d"} -Inf',
    ];
    const head = [
      '# HELP redfishd_heat_celsius Two lines\\nand a \\\\.',
      '# TYPE redfishd_heat_celsius gauge',
    ];
    expect(exposition([family], 'text')).toBe(`${[...head, ...lines].join('\n')}\n`);
    const open = [...head, '# UNIT redfishd_heat_celsius celsius', ...lines, '# EOF'];
    expect(exposition([family], 'openmetrics')).toBe(`${open.join('\n')}\n`);
  });

  it('name counters and infos as each format wants it', () => {
    const counter: Family = { name: 'a_bytes', type: 'counter', help: 'A.', samples: [['', 2]] };
    const info: Family = { name: 'b', type: 'info', help: 'B.', samples: [['{v="1"}', 1]] };
    expect(exposition([counter, info], 'text')).toBe(
      '# HELP a_bytes_total A.\n# TYPE a_bytes_total counter\na_bytes_total 2\n' +
        '# HELP b_info B.\n# TYPE b_info gauge\nb_info{v="1"} 1\n',
    );
    expect(exposition([counter, info], 'openmetrics')).toBe(
      '# HELP a_bytes A.\n# TYPE a_bytes counter\na_bytes_total 2\n' +
        '# HELP b B.\n# TYPE b info\nb_info{v="1"} 1\n# EOF\n',
    );
  });

  it('say nothing of a family without samples', () => {
    expect(exposition([{ ...family, samples: [] }], 'text')).toBe('');
  });

  it('keep every label value as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (one, other) => {
        expect(parsed(labelsOf({ one, other, none: undefined }))).toEqual({ one, other });
      }),
    );
  });

  it.runIf(promtool)('are clean to promtool, whatever the labels hold', () => {
    const nasty = { ...family, samples: [[labelsOf({ name: '\\"\n{}=,# é\t' }), 1]] as const };
    expect(
      execFileSync('promtool', ['check', 'metrics'], { input: exposition([nasty], 'text') }).toString(),
    ).toBe('');
  });
});
