/** What is wrong with a descriptor, and where. */
export interface Fault {
  /** The file in which the text stands; with `variantOf` not always the one that was asked for. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** JSON pointer (RFC 6901) into the whole descriptor, overlays merged. */
  readonly path: string;
  /** Name of the rule that is broken, in kebab case. */
  readonly rule: string;
  readonly message: string;
  /** What would be right. */
  readonly hint: string;
}

/** `file:line:column: rule: message (hint)`, as editors and terminals know to follow. */
export const faultText = ({ file, line, column, rule, message, hint }: Fault): string =>
  `${file}:${line}:${column}: ${rule}: ${message} (${hint})`;

/** By place: faults of one file together, from its top. */
export const inOrder = (faults: readonly Fault[]): Fault[] =>
  [...faults].sort(
    (a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column,
  );
