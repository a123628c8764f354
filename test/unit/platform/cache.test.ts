import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { loadPlatformCached } from '../../../src/platform/cache.ts';

const text = (name: string) =>
  `id: small\nname: ${name}\nmanager: { id: bmc }\nchassis: [{ id: chassis, type: Sled }]\n`;

describe('loadPlatformCached', () => {
  let dir: string;
  let file: string;
  let kept: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'redfishd-cache-'));
    file = join(dir, 'small.yaml');
    kept = join(dir, 'kept.json');
    writeFileSync(file, text('Small'));
  });

  it('writes a cache that only its owner can read', async () => {
    const first = await loadPlatformCached(file, kept);
    expect(first.name).toBe('Small');
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    expect(await loadPlatformCached(file, kept)).toEqual(first);
  });

  it('uses the cache while the text is unchanged', async () => {
    await loadPlatformCached(file, kept);
    writeFileSync(kept, readFileSync(kept, 'utf8').replace('Small', 'Taken from what was kept'));
    expect((await loadPlatformCached(file, kept)).name).toBe('Taken from what was kept');
  });

  it('reads again after a change of the descriptor or of its base', async () => {
    await loadPlatformCached(file, kept);
    writeFileSync(file, text('Changed'));
    expect((await loadPlatformCached(file, kept)).name).toBe('Changed');
    const variant = join(dir, 'variant.yaml');
    writeFileSync(variant, 'id: variant\nvariantOf: small\n');
    expect((await loadPlatformCached(variant, kept)).name).toBe('Changed');
    writeFileSync(file, text('Changed again'));
    expect((await loadPlatformCached(variant, kept)).name).toBe('Changed again');
  });

  it.each([
    'variantOf: small',
    'variantOf : small',
    '"variantOf": small',
    'variantOf: "sm\\x61ll"',
    'name: &base small\nvariantOf: *base',
    '? variantOf\n: small',
  ])('gives way when what it varies changes, however that is written: %j', async (line) => {
    const variant = join(dir, 'variant.yaml');
    const flow = join(dir, 'flow.yaml');
    writeFileSync(variant, `id: variant\n${line}\n`);
    writeFileSync(flow, '{ id: variant, variantOf: small }\n');
    for (const one of [variant, flow]) {
      writeFileSync(file, text('Small'));
      await loadPlatformCached(one, kept);
      writeFileSync(file, `${text('Small')}cooling: { minimumDuty: 30 }\n`);
      expect((await loadPlatformCached(one, kept)).cooling).toEqual({ minimumDuty: 30 });
    }
  });

  it('uses the cache for one path only, even when another file has the same text', async () => {
    mkdirSync(join(dir, 'other'));
    writeFileSync(join(dir, 'variant.yaml'), 'id: variant\nvariantOf: small\n');
    writeFileSync(join(dir, 'other', 'variant.yaml'), 'id: variant\nvariantOf: small\n');
    writeFileSync(join(dir, 'other', 'small.yaml'), `${text('Small')}cooling: { minimumDuty: 30 }\n`);
    expect((await loadPlatformCached(join(dir, 'variant.yaml'), kept)).cooling).toBeUndefined();
    const other = await loadPlatformCached(join(dir, 'other', 'variant.yaml'), kept);
    expect(other.cooling).toEqual({ minimumDuty: 30 });
  });

  it('reads again when the base is gone', async () => {
    const variant = join(dir, 'variant.yaml');
    writeFileSync(variant, 'id: variant\nvariantOf: small\n');
    await loadPlatformCached(variant, kept);
    rmSync(file);
    await expect(loadPlatformCached(variant, kept)).rejects.toThrow('small.yaml');
  });

  it.each(['{"key":', '{}', '[]', 'null', '{"files":[]}', '{"files":[7],"key":1}'])(
    'is made anew when it is damaged: %s',
    async (damaged) => {
      writeFileSync(kept, damaged);
      expect((await loadPlatformCached(file, kept)).name).toBe('Small');
    },
  );

  it('writes no cache for a descriptor with faults', async () => {
    writeFileSync(file, 'id: small\n');
    await expect(loadPlatformCached(file, kept)).rejects.toThrow('small.yaml');
    await expect(loadPlatformCached(join(dir, 'absent.yaml'), kept)).rejects.toThrow('absent.yaml');
  });
});
