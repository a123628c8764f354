/** The log as parts write it: a level that says what an operator has to do, a text, and the facts (docs/logging.md). */
import type { Logger as Pino } from 'pino';

/**
 * - `error`: something does not work until an operator acts.
 * - `warn`: something works with restrictions, or may fail soon.
 * - `info`: a normal change of state, recovery included.
 * - `debug`: a single step, for those who look for a fault in the program.
 */
export type Level = 'error' | 'warn' | 'info' | 'debug';

export type LogLine = (text: string, detail?: object) => void;

export interface Logger extends Readonly<Record<Level, LogLine>> {
  /** Whether lines of this level are written; for lines whose facts are expensive. */
  isEnabled(level: Level): boolean;
  /** A logger whose lines name the part they come from: `board`, `events`. */
  child(part: string): Logger;
}

/** Writes lines with pino. */
export function pinoLogger(pino: Pino): Logger {
  const line =
    (level: Level): LogLine =>
    (text, detail = {}) =>
      pino[level](detail, text);
  return {
    error: line('error'),
    warn: line('warn'),
    info: line('info'),
    debug: line('debug'),
    isEnabled: (level) => pino.isLevelEnabled(level),
    child: (part) => pinoLogger(pino.child({ part })),
  };
}

const nothing: LogLine = () => {};

/** Writes nothing. */
export const silentLogger: Logger = {
  error: nothing,
  warn: nothing,
  info: nothing,
  debug: nothing,
  isEnabled: () => false,
  child: () => silentLogger,
};
