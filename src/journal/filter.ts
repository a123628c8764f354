/** Filters on log entries and their SQL conditions. */

/** Fields that a filter can compare; one column each. */
export type JournalField = 'id' | 'time' | 'severity' | 'messageId' | 'message' | 'resolved' | 'user';
export type JournalComparison = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le';

/**
 * A filter. Strings compare by code point, `time` as milliseconds since 1970, `resolved` as 0 or 1. Null equals only null and
 * is neither less nor greater than any value.
 */
export type JournalFilter =
  | { readonly kind: 'and' | 'or'; readonly left: JournalFilter; readonly right: JournalFilter }
  | { readonly kind: 'not'; readonly operand: JournalFilter }
  | {
      readonly kind: 'compare';
      readonly field: JournalField;
      readonly operator: JournalComparison;
      readonly value: string | number | null;
    };

export interface Condition {
  readonly sql: string;
  readonly values: readonly (string | number | null)[];
}

const columns: Readonly<Record<JournalField, string>> = {
  id: 'id',
  time: 'time',
  severity: 'severity',
  messageId: 'message_id',
  message: 'message',
  resolved: 'resolved',
  user: 'user',
};

/** IS and IS NOT treat null as a value. The others yield null for null, which must become false before a NOT. */
const operators: Readonly<Record<JournalComparison, string>> = {
  eq: 'IS',
  ne: 'IS NOT',
  gt: '>',
  ge: '>=',
  lt: '<',
  le: '<=',
};

function comparison(field: JournalField, operator: JournalComparison, value: unknown): string {
  const sql = `${columns[field]} ${operators[operator]} ?`;
  const mayBeNull = field === 'user' || value === null;
  // Only where needed: a function call prevents the use of an index.
  return mayBeNull && operator !== 'eq' && operator !== 'ne' ? `ifnull(${sql}, 0)` : sql;
}

/** Returns the condition of a filter for a WHERE clause on the journal. */
export function conditionOf(filter: JournalFilter): Condition {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const [left, right] = [conditionOf(filter.left), conditionOf(filter.right)];
      const sql = `(${left.sql} ${filter.kind.toUpperCase()} ${right.sql})`;
      return { sql, values: [...left.values, ...right.values] };
    }
    case 'not': {
      const { sql, values } = conditionOf(filter.operand);
      return { sql: `NOT (${sql})`, values };
    }
    case 'compare':
      return { sql: comparison(filter.field, filter.operator, filter.value), values: [filter.value] };
  }
}
