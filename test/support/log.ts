/** Loggers whose lines a test looks at. */
import type { Level, Logger, LogLine } from '../../src/base/logger.ts';

export interface LoggedLine {
  readonly level: Level;
  readonly text: string;
  readonly detail: object;
  /** Names of the parts, outermost first: `board`. */
  readonly part: string;
}

/** A logger that appends each line to `lines`. */
export function loggerTo(lines: LoggedLine[], part = ''): Logger {
  const line =
    (level: Level): LogLine =>
    (text, detail = {}) =>
      void lines.push({ level, text, detail, part });
  return {
    error: line('error'),
    warn: line('warn'),
    info: line('info'),
    debug: line('debug'),
    isEnabled: () => true,
    child: (name) => loggerTo(lines, part === '' ? name : `${part}.${name}`),
  };
}

/** A logger that appends the text of each line to `texts`. */
export function textsTo(texts: string[]): Logger {
  const line: LogLine = (text) => void texts.push(text);
  return {
    error: line,
    warn: line,
    info: line,
    debug: line,
    isEnabled: () => true,
    child: () => textsTo(texts),
  };
}
