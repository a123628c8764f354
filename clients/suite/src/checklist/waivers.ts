/** Waivers: known gaps of one board, each with a reason and a date after which it counts again. */
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

const date: Shape = { pattern: /^\d{4}-\d{2}-\d{2}$/, reads: 'a date YYYY-MM-DD in quotes' };

const shape: Shape = {
  keys: {
    waivers: {
      list: {
        keys: {
          checklist: 'string',
          resource: 'string',
          requirement: 'string',
          reason: 'string',
          expires: date,
        },
        required: ['checklist', 'resource', 'requirement', 'reason', 'expires'],
      },
    },
  },
  required: ['waivers'],
};

export function readWaivers(
  file: string,
  text: string,
): { readonly waivers: readonly Waiver[]; readonly problems: readonly Problem[] } {
  const source = new SourceText(file, text);
  const problems = [...checkShape(source, shape)];
  if (problems.length) return { waivers: [], problems };
  const { waivers } = source.value as { waivers: readonly Waiver[] };
  for (const [index, { expires, reason }] of waivers.entries()) {
    const path = ['waivers', index];
    // A date that the calendar does not have comes back as another one.
    const day = new Date(`${expires}T00:00:00Z`);
    if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== expires)
      problems.push(source.problem([...path, 'expires'], `${expires} is no date`, 'give YYYY-MM-DD'));
    if (!reason.trim())
      problems.push(source.problem([...path, 'reason'], 'the reason is empty', 'name the gap and its cause'));
  }
  return { waivers: problems.length ? [] : waivers, problems };
}
