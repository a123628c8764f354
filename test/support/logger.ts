/** A logger for tests that records its lines. */
import type { Level, Logger } from '../../src/base/logger.ts';

/** Calls `record` for each line, whatever its level. */
export function recordingLogger(
  record: (text: string, detail: object | undefined, level: Level) => void,
): Logger {
  const line = (level: Level) => (text: string, detail?: object) => record(text, detail, level);
  const logger: Logger = {
    error: line('error'),
    warn: line('warn'),
    info: line('info'),
    debug: line('debug'),
    isEnabled: () => true,
    child: () => logger,
  };
  return logger;
}
