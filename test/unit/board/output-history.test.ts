import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutputHistory } from '../../../src/board/output-history.ts';

describe('the last of a stream', () => {
  it('is what the end of all of it is', () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 });
    fc.assert(
      fc.property(pieces, fc.integer({ min: 1, max: 64 }), (added, room) => {
        const history = new OutputHistory(room);
        for (const [at, piece] of added.entries()) {
          history.add(piece);
          expect(history.read()).toEqual(Buffer.concat(added.slice(0, at + 1)).subarray(-room));
        }
      }),
    );
  });

  it('is nothing at first', () => {
    expect(new OutputHistory(10).read()).toHaveLength(0);
  });
});
