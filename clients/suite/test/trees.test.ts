/** The passive rules over recorded trees of real BMCs and DMTF's mockups: to the end, and twice the same. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judgeRecording } from '../src/passive.ts';
import { readRecording } from '../src/sources.ts';
import { hasShared, shared } from './support/mutate.ts';

const trees = hasShared
  ? ['.', 'dmtf'].flatMap((folder) =>
      readdirSync(join(shared, 'trees', folder))
        .filter((name) => name.endsWith('.gz'))
        .map((name) => join(folder, name)),
    )
  : [];

describe.skipIf(!hasShared)('recorded trees (REDFISHD_SHARED has the data)', () => {
  it.each(trees)('judges %s to its end, byte for byte the same', { timeout: 60_000 }, (name) => {
    const recording = readRecording(join(shared, 'trees', name));
    const started = performance.now();
    const findings = judgeRecording(recording, undefined);
    const seconds = (performance.now() - started) / 1000;
    const fails = findings.filter(({ outcome }) => outcome === 'FAIL').length;
    process.stdout.write(
      `${name}: ${recording.exchanges.length} resources, ${fails} FAIL, ${findings.length - fails} others, ${seconds.toFixed(1)} s\n`,
    );
    expect(findings.some(({ outcome }) => outcome === 'ERROR')).toBe(false);
    expect(JSON.stringify(judgeRecording(recording, undefined))).toBe(JSON.stringify(findings));
  });
});
