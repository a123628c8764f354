/** `$filter` on a log as a condition of the journal, so that the database finds the entries. */
import type { JournalField, JournalFilter } from '../../journal/filter.ts';
import { type Filter, isTime, type Literal } from '../service/query/filter.ts';

/** Properties of a LogEntry that the journal stores as they are shown. */
const texts: Readonly<Record<string, JournalField>> = {
  Severity: 'severity',
  MessageId: 'messageId',
  Message: 'message',
  Username: 'user',
};

/** Undefined for a filter on anything else: it must be tried on each entry as it is shown. */
export function journalFilter(filter: Filter): JournalFilter | undefined {
  if (filter.kind === 'not') {
    const operand = journalFilter(filter.operand);
    return operand && { kind: 'not', operand };
  }
  if (filter.kind === 'compare') {
    const { path, operator, value } = filter;
    const [property = ''] = path;
    const known =
      path.length === 1 ? stored(property, operator === 'eq' || operator === 'ne', value) : undefined;
    return known && { kind: 'compare', operator, ...known };
  }
  const left = journalFilter(filter.left);
  const right = left && journalFilter(filter.right);
  return left && right && { kind: filter.kind, left, right };
}

/** The field of a property, and a value as it is stored; undefined where the comparison would not be the same. */
function stored(
  property: string,
  equality: boolean,
  value: Literal,
): { readonly field: JournalField; readonly value: string | number | null } | undefined {
  if (property === 'Created')
    return typeof value === 'string' && isTime(value)
      ? { field: 'time', value: Date.parse(value) }
      : undefined;
  if (property === 'Resolved')
    return typeof value === 'boolean' && equality ? { field: 'resolved', value: Number(value) } : undefined;
  if (property === 'Id')
    // Ids are texts to a client and numbers to the journal: their order differs.
    return typeof value === 'string' && /^[1-9]\d{0,14}$/.test(value) && equality
      ? { field: 'id', value: Number(value) }
      : undefined;
  const field = Object.hasOwn(texts, property) ? texts[property] : undefined;
  if (field === undefined || (typeof value !== 'string' && value !== null)) return undefined;
  // Times within texts compare as instants, and SQLite orders texts by their bytes, which is the same only for ASCII.
  const same = value === null || (!isTime(value) && (equality || /^[ -~]*$/.test(value)));
  return same ? { field, value } : undefined;
}
