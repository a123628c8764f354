/** A checklist for readers: as a document, as a difference of two, and one row explained. */
import { buildProfile, type Placed } from './build.ts';
import type { LoadedChecklist } from './checklist.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function subject({ row }: Placed): string {
  if (row.property !== undefined) return row.property;
  const parameter = row.parameter === undefined ? '' : ` ${row.parameter}`;
  return `action ${row.action ?? ''}${parameter}`;
}

/** Level, write level, values and count in words. */
function demand({ row }: Placed): string {
  const parts: string[] = [row.read ?? 'Mandatory'];
  if (row.write !== undefined) parts.push(`writable: ${row.write}`);
  if (row.count !== undefined) parts.push(`at least ${row.count}`);
  if (row.values?.length) parts.push(row.values.join(', '));
  return parts.join('; ');
}

const scope = ({ group }: Placed): string =>
  group.title ? `${group.resource}: ${group.title}` : group.resource;

const sourceOf = ({ row, from }: Placed): string => row.source ?? from.checklist.source;

/** The checklist in Markdown: a table per resource. */
export function documentOf(loaded: LoadedChecklist, available: readonly LoadedChecklist[] = []): string {
  const { checklist } = loaded;
  const rows = [...buildProfile(loaded, available).rows.values()];
  const lines = [
    `# ${checklist.title}`,
    '',
    checklist.purpose,
    '',
    `Profile ${checklist.profile} ${checklist.version}, ${rows.length} requirements. Source where a row names none: ${checklist.source}.`,
  ];
  let last = '';
  for (const placed of rows) {
    const name = scope(placed);
    if (name !== last) {
      lines.push('', `## ${name}`, '', `The resource is ${placed.group.need ?? 'Mandatory'}.`, '');
      lines.push('| requirement | level | reason |', '|---|---|---|');
      last = name;
    }
    const source = placed.row.source === undefined ? '' : ` (${placed.row.source})`;
    lines.push(`| ${cell(subject(placed))} | ${cell(demand(placed))} | ${cell(placed.row.why + source)} |`);
  }
  return `${lines.join('\n')}\n`;
}

export interface Difference {
  readonly change: 'added' | 'removed' | 'changed';
  readonly requirement: string;
  readonly before: string;
  readonly after: string;
}

const byRequirement = (loaded: LoadedChecklist, available: readonly LoadedChecklist[]): Map<string, string> =>
  new Map(
    [...buildProfile(loaded, available).rows.values()].map((placed) => [
      `${scope(placed)} ${subject(placed)}`,
      demand(placed),
    ]),
  );

/** What the second checklist asks otherwise than the first. */
export function differences(
  first: LoadedChecklist,
  second: LoadedChecklist,
  available: readonly LoadedChecklist[] = [],
): readonly Difference[] {
  const [old, now] = [byRequirement(first, available), byRequirement(second, available)];
  const found: Difference[] = [];
  for (const requirement of new Set([...old.keys(), ...now.keys()])) {
    const [before, after] = [old.get(requirement) ?? '', now.get(requirement) ?? ''];
    if (before === after) continue;
    const change = before === '' ? 'added' : after === '' ? 'removed' : 'changed';
    found.push({ change, requirement, before, after });
  }
  return found;
}

export interface Explained {
  readonly requirement: string;
  readonly level: string;
  readonly why: string;
  readonly source: string;
  readonly from: string;
}

/** Rows whose resource and requirement contain the words. */
export function explainRows(
  loaded: LoadedChecklist,
  words: readonly string[],
  available: readonly LoadedChecklist[] = [],
): readonly Explained[] {
  return [...buildProfile(loaded, available).rows.values()]
    .map((placed) => ({
      requirement: `${scope(placed)} ${subject(placed)}`,
      level: demand(placed),
      why: placed.row.why,
      source: sourceOf(placed),
      from: `${placed.from.source.file}:${placed.line}:${placed.column}`,
    }))
    .filter(({ requirement }) =>
      words.every((word) => requirement.toLowerCase().includes(word.toLowerCase())),
    );
}
