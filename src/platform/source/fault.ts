/** A fault of a descriptor, its place and its remedy. */
export interface DescriptorFault {
  /** The file that holds the text; with `variantOf` not always the checked one. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** JSON pointer (RFC 6901) into the descriptor, overlays merged. */
  readonly path: string;
  /** Name of the broken rule, in kebab case. */
  readonly rule: string;
  readonly message: string;
  /** Remedy. */
  readonly hint: string;
}

/** `file:line:column: rule: message (hint)`, a form that editors and terminals can open. */
export const faultText = ({ file, line, column, rule, message, hint }: DescriptorFault): string =>
  `${file}:${line}:${column}: ${rule}: ${message} (${hint})`;

/** Sorted by file, line and column. */
export const inOrder = (faults: readonly DescriptorFault[]): DescriptorFault[] =>
  [...faults].sort(
    (a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column,
  );
