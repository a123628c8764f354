/** `redfishd check`: lists the faults of platform descriptors. */
import { command } from './command.ts';

export const check = command({
  name: 'check',
  summary: 'list the faults of platform descriptors',
  description: `Lists every fault of platform descriptors, each as

  FILE:LINE:COLUMN: RULE: what is wrong (what would be right)

The exit status is 0 where there is no fault, 1 where there are some, 2 for wrong use.
`,
  options: { json: { type: 'boolean', summary: 'print the faults as JSON' } },
  operands: { usage: 'FILE...', least: 1, most: Number.POSITIVE_INFINITY },
  async run({ json }, io) {
    const { checkPlatform } = await import('../platform/load.ts');
    const { faultText } = await import('../platform/source/fault.ts');
    const results = io.operands.map((file) => ({ file, faults: checkPlatform(file).faults }));
    if (json === true) io.out(`${JSON.stringify(results, null, 2)}\n`);
    else
      for (const { file, faults } of results) {
        for (const fault of faults) io.out(`${faultText(fault)}\n`);
        io.out(`${file}: ${count(faults.length)}\n`);
      }
    return results.every(({ faults }) => faults.length === 0) ? 0 : 1;
  },
});

const count = (faults: number): string =>
  faults === 0 ? 'no faults' : faults === 1 ? '1 fault' : `${faults} faults`;
