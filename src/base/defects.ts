/**
 * Errors of the program that must not end it: a listener, timer or background task that fails though nothing outside the
 * program is wrong. The process logs them (`cli/serve`); until then they are printed.
 */
type Sink = (error: unknown) => void;

const print: Sink = (error) =>
  void process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);

let sink = print;

/** Sends defects to `next` from now on. @returns the function that ends this */
export function logDefects(next: Sink): () => void {
  sink = next;
  return () => {
    sink = print;
  };
}

/** Reports an error that nothing else handles. */
export const reportDefect: Sink = (error) => sink(error);
