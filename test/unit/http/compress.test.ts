import * as zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { compressed } from '../../../src/http/compress.ts';

const { zstdDecompressSync } = zlib as { readonly zstdDecompressSync?: (data: Buffer) => Buffer };
const decoders: Readonly<Record<string, (data: Buffer) => Buffer>> = {
  gzip: zlib.gunzipSync,
  br: zlib.brotliDecompressSync,
  ...(zstdDecompressSync === undefined ? {} : { zstd: zstdDecompressSync }),
};
const text = JSON.stringify(Array.from({ length: 300 }, (_, id) => ({ id, name: `Sensor ${id} é` })));

describe('an answer', () => {
  it.each(Object.keys(decoders))('in %s is the same to who decodes it, and shorter', async (coding) => {
    const small = await compressed(coding, text);
    expect(small?.coding).toBe(coding);
    const body = small?.body ?? Buffer.alloc(0);
    expect(decoders[coding]?.(body).toString()).toBe(text);
    expect(body.length).toBeLessThan(text.length / 4);
  });

  it('goes as it is to who takes nothing that is there, and where too many are under way', async () => {
    expect(compressed(undefined, text)).toBeUndefined();
    expect(compressed('compress, identity', text)).toBeUndefined();
    const some = Array.from({ length: 10 }, () => compressed('gzip', text));
    expect(some.filter((each) => each !== undefined).length).toBe(4);
    await Promise.all(some);
    expect(compressed('gzip', text)).toBeDefined();
  });

  it('is in the best form that Node has, to who takes all', async () => {
    const best = zstdDecompressSync === undefined ? 'br' : 'zstd';
    expect((await compressed('gzip, deflate, br, zstd', text))?.coding).toBe(best);
  });
});
