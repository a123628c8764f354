import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { maxBody, readBody } from '../../../src/http/body.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** As much of a request as a reader of bodies looks at. */
function incoming(headers: Readonly<Record<string, string>> = {}) {
  const stream = new PassThrough();
  const continued = vi.fn();
  const request = Object.assign(stream, { headers }) as unknown as IncomingMessage;
  const response = { writeContinue: continued } as unknown as ServerResponse;
  return { stream, continued, read: () => readBody(request, response) };
}

describe('a body', () => {
  it('is read in whatever pieces it comes', async () => {
    const { stream, read } = incoming({ 'content-type': 'application/json' });
    const whole = read();
    for (const piece of ['{"a"', ':', '1}']) stream.write(piece);
    stream.end();
    expect((await whole).toString()).toBe('{"a":1}');
  });

  it('that does not come is not waited for longer than is fair', async () => {
    vi.useFakeTimers();
    const { stream, read } = incoming();
    const refused = expect(read()).rejects.toMatchObject({ status: 408, headers: { Connection: 'close' } });
    stream.write('{');
    await vi.advanceTimersByTimeAsync(19_000);
    stream.write('"a"');
    await vi.advanceTimersByTimeAsync(1_000);
    await refused;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is refused as soon as it is too large, said or not', async () => {
    await expect(incoming({ 'content-length': String(maxBody + 1) }).read()).rejects.toMatchObject({
      status: 413,
    });
    const { stream, read } = incoming();
    const refused = expect(read()).rejects.toMatchObject({ status: 413 });
    stream.write(Buffer.alloc(maxBody));
    stream.write('x');
    await refused;
    // What still comes is thrown away.
    stream.write(Buffer.alloc(maxBody));
    stream.end();
  });

  it('that breaks off is no defect of ours', async () => {
    const { stream, read } = incoming();
    const refused = expect(read()).rejects.toMatchObject({ status: 400 });
    stream.write('{');
    stream.destroy(new Error('aborted'));
    await refused;
  });

  it('is asked for where the client waits for that', async () => {
    const { stream, continued, read } = incoming({ expect: '100-continue' });
    const whole = read();
    expect(continued).toHaveBeenCalledOnce();
    stream.end('{}');
    await whole;
    const large = incoming({ expect: '100-continue', 'content-length': '99999999' });
    await expect(large.read()).rejects.toMatchObject({ status: 413 });
    expect(large.continued).not.toHaveBeenCalled();
  });
});
