/** Names of chips that a descriptor may use. */
import { chips } from '../../drivers/i2c/chips/index.ts';

/** Every name of every mux, or of every other chip, sorted. */
export const chipNames = (kind: 'device' | 'mux'): string[] =>
  chips
    .filter((chip) => (chip.kind === 'mux') === (kind === 'mux'))
    .flatMap((chip) => [...chip.compatible])
    .sort();
