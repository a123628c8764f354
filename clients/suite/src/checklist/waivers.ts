/** Waivers of checklist rows: known gaps of one board, each with a reason and its last day. */
import { type Problem, SourceText } from '../text/document.ts';
import { checkShape, type Shape } from '../text/shape.ts';

export interface Waiver {
  readonly checklist: string;
  readonly resource: string;
  /** Property path, `!Action`, or `*` for the resource itself. */
  readonly requirement: string;
  readonly reason: string;
  /** Last day, `YYYY-MM-DD`. */
  readonly expires: string;
}

const shape: Shape = {
  keys: {
    waivers: {
      list: {
        keys: {
          checklist: 'string',
          resource: 'string',
          requirement: 'string',
          reason: 'filled',
          expires: 'date',
        },
        required: ['checklist', 'resource', 'requirement', 'reason', 'expires'],
      },
    },
  },
  required: ['waivers'],
};

/** The waivers of a file, or all its problems. */
export function readWaivers(
  file: string,
  text: string,
): { readonly waivers: readonly Waiver[]; readonly problems: readonly Problem[] } {
  const source = new SourceText(file, text);
  const problems = checkShape(source, shape);
  return {
    waivers: problems.length ? [] : (source.value as { waivers: readonly Waiver[] }).waivers,
    problems,
  };
}
