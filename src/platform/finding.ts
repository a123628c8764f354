/** What a check found, by its place in the data; the loader finds the place in the file. */
export interface Finding {
  /** JSON pointer. */
  readonly path: string;
  /** Whether the name of the member is wrong, rather than its value. */
  readonly at?: 'name';
  readonly rule: string;
  readonly message: string;
  readonly hint: string;
}
