/** How far the facts of a chip literal have been checked, the least first, with the meaning that CHIPS.md prints. */
export const qualities = {
  unchecked: 'facts not yet compared with a document or a driver',
  'driver-checked': 'facts compared with the source of the part’s Linux driver',
  'datasheet-checked': 'facts compared with the datasheet',
  'kernel-checked': 'a test compares readings with those of the running Linux driver on the same registers',
  'hardware-recorded': 'readings verified with registers recorded from a real part',
} as const;
export type Quality = keyof typeof qualities;
