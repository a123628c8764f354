/** Fan control of the shipped boards, judged in simulated time beside fscd's rules on the same plant. */
import { appendFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pass, useOwnTime } from '../../unit/board/support.ts';
import type { FscdRules } from './fscd.ts';
import { type Measures, measure } from './measures.ts';
import { type Control, type Plant, startPlant } from './plant.ts';

useOwnTime();

/** Facebook's PIDs of the boards that it has some for (fsc of meta-fbtp and meta-fby2). */
const facebook = { cycle: 3, ramp: 10, minimum: 10, boost: 100 };
const rules: Readonly<Record<string, FscdRules>> = {
  tiogapass: {
    ...facebook,
    pids: {
      cpu: { setPoint: -11, kp: -3, ki: -0.05, positive: 1, negative: 2 },
      memory: { setPoint: 72, kp: -1, ki: -0.033, positive: 2, negative: 2 },
      drives: { setPoint: 68, kp: -1.5, ki: -0.02, positive: 1, negative: 2 },
    },
  },
  'yosemite-v2': {
    ...facebook,
    pids: {
      cpu: { setPoint: -21, kp: -1.25, ki: -0.035, positive: 0, negative: 2 },
      drives: { setPoint: 68, kp: -1.5, ki: -0.02, positive: 1, negative: 2 },
      boot: { setPoint: 68, kp: -1.5, ki: -0.02, positive: 0, negative: 2 },
    },
  },
  // entity-manager's steps, without a PID and a ramp.
  bletchley: { cycle: 1, ramp: 100, minimum: 15, boost: 80, pids: {} },
};

interface Step {
  readonly name: string;
  readonly seconds: number;
  make(plant: Plant): void;
}

/** From a load of a quarter; each step begins where the last one ended. */
const steps: readonly Step[] = [
  { name: 'load 25 to 100 %', seconds: 420, make: (plant) => plant.load(1) },
  { name: 'load 100 to 25 %', seconds: 420, make: (plant) => plant.load(0.25) },
  { name: 'inlet 24 to 35 Cel', seconds: 420, make: ({ twin }) => twin.setInlet(35) },
  { name: 'inlet 35 to 18 Cel', seconds: 420, make: ({ twin }) => twin.setInlet(18) },
];

type Results = ReadonlyMap<string, Measures>;

async function judge(board: string, control: Control): Promise<Results> {
  const own = rules[board];
  if (own === undefined) throw new Error(`no rules for ${board}`);
  const plant = await startPlant(board, control, own);
  plant.twin.setInlet(24);
  await pass(120_000);
  plant.load(0.25);
  await plant.run(300);
  const results = new Map<string, Measures>();
  for (const step of steps) {
    step.make(plant);
    results.set(step.name, measure(await plant.run(step.seconds), plant.loops));
  }
  return results;
}

const cell = (value: number, digits = 1) => (Number.isNaN(value) ? '–' : value.toFixed(digits));

function print(board: string, ours: Results, theirs: Results): void {
  const rows = [...ours].map(([step, own]) => {
    const other = theirs.get(step) ?? own;
    const pair = (key: keyof Measures, digits?: number) =>
      `${cell(own[key], digits)} / ${cell(other[key], digits)}`;
    return `| ${board} | ${step} | ${pair('peak')} | ${pair('settling', 0)} | ${pair('ripple')} | ${pair('reversals', 0)} | ${pair('duty')} |`;
  });
  const text = `${rows.join('\n')}\n`;
  process.stdout.write(text);
  const file = process.env.REDFISHD_THERMAL_TABLE;
  if (file !== undefined) appendFileSync(file, text);
}

describe.each(Object.keys(rules))('%s', (board) => {
  it('is cooled within its limits, and better than by fscd', async () => {
    process.stdout.write(
      '| board | step | peak over target, K | settled after, s | ripple, points | reversals | duty at the end, % |\n',
    );
    const ours = await judge(board, 'redfishd');
    const theirs = await judge(board, 'fscd');
    print(board, ours, theirs);
    for (const [step, { peak, settling, ripple, reversals }] of ours) {
      const limits = { peak: 5, settling: 180, ripple: 5, reversals: 6 };
      if (!Number.isNaN(peak)) expect(peak, `peak: ${step}`).toBeLessThanOrEqual(limits.peak);
      expect(settling, `settling: ${step}`).toBeLessThanOrEqual(limits.settling);
      expect(ripple, `ripple: ${step}`).toBeLessThanOrEqual(limits.ripple);
      expect(reversals, `reversals: ${step}`).toBeLessThanOrEqual(limits.reversals);
      const other = theirs.get(step);
      if (other !== undefined && other.peak > 0)
        expect(peak, `peak: ${step}`).toBeLessThanOrEqual(other.peak + 0.5);
    }
  });
});
