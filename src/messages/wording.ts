/** The texts of a message: what it reports, and its resolution. */
import type { registries } from './generated/registries.ts';

/** What a message says, with `%1`, `%2` … where its arguments go, and what the reader can do about it. */
export type Wording = readonly [text: string, resolution: string];

/** A text for every message of a registry, none forgotten and none invented. */
export type Wordings<R extends keyof typeof registries> = Readonly<
  Record<keyof (typeof registries)[R]['messages'], Wording>
>;

/** Resolution of a message that only reports. */
export const nothingToDo = 'None.';
