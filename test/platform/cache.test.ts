import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { loadPlatformCached } from '../../src/platform/cache.ts';

const text = (name: string) =>
  `id: small\nname: ${name}\nmanager: { id: bmc }\nchassis: [{ id: chassis, type: Sled }]\n`;

describe('a kept descriptor', () => {
  let dir: string;
  let file: string;
  let kept: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'redfishd-cache-'));
    file = join(dir, 'small.yaml');
    kept = join(dir, 'kept.json');
    writeFileSync(file, text('Small'));
  });

  it('is what the file says, and only its owner can read it', async () => {
    const first = await loadPlatformCached(file, kept);
    expect(first.name).toBe('Small');
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    expect(await loadPlatformCached(file, kept)).toEqual(first);
  });

  it('is used while the text is the same', async () => {
    await loadPlatformCached(file, kept);
    writeFileSync(kept, readFileSync(kept, 'utf8').replace('Small', 'Taken from what was kept'));
    expect((await loadPlatformCached(file, kept)).name).toBe('Taken from what was kept');
  });

  it('gives way when the text changes, also that of the descriptor it varies', async () => {
    await loadPlatformCached(file, kept);
    writeFileSync(file, text('Changed'));
    expect((await loadPlatformCached(file, kept)).name).toBe('Changed');
    const variant = join(dir, 'variant.yaml');
    writeFileSync(variant, 'id: variant\nvariantOf: small\n');
    expect((await loadPlatformCached(variant, kept)).name).toBe('Changed');
    writeFileSync(file, text('Changed again'));
    expect((await loadPlatformCached(variant, kept)).name).toBe('Changed again');
  });

  it('is made anew when it is damaged', async () => {
    writeFileSync(kept, '{"key":');
    expect((await loadPlatformCached(file, kept)).name).toBe('Small');
  });

  it('is never made of a faulty file', async () => {
    writeFileSync(file, 'id: small\n');
    await expect(loadPlatformCached(file, kept)).rejects.toThrow('small.yaml');
    await expect(loadPlatformCached(join(dir, 'absent.yaml'), kept)).rejects.toThrow('absent.yaml');
  });
});
