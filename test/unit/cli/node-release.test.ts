import { describe, expect, it } from 'vitest';
import { releaseWarning } from '../../../src/cli/serve/node-release.ts';

describe('the release of Node', () => {
  it.each([
    ['20.20.2', '2026-04-30T12:00:00Z', undefined],
    [
      '20.20.2',
      '2026-05-01T00:00:00Z',
      'Node 20.20.2 has had no security fixes since 2026-04-30: install a release with long-term support',
    ],
    ['24.1.0', '2026-05-01T00:00:00Z', undefined],
    ['24.1.0', '2028-05-01T00:00:00Z', expect.stringContaining('2028-04-30')],
    // The clock of a controller starts in 1970.
    ['20.20.2', '1970-01-01T00:00:00Z', undefined],
    // Newer than the table.
    ['99.0.0', '2040-01-01T00:00:00Z', undefined],
  ])('%s on %s', (version, now, warning) => {
    expect(releaseWarning(version, new Date(now))).toEqual(warning);
  });
});
