/** What a node tells of its host, as lines: known, unknown, and known again. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitLine, NodeLines, powerLine } from '../../../../src/board/nodes/node-lines.ts';

const request = (line: string, activeLow = false) => ({ line, direction: 'in', activeLow }) as const;

describe('signals of a node', () => {
  it('are asked for before they are known, and come with the first answer that has them', async () => {
    const signals = new NodeLines('n');
    let isThere = false;
    const line = signals.request(request(bitLine(3))).then((found) => {
      isThere = true;
      return found;
    });
    signals.take([[powerLine, true]]);
    await new Promise(setImmediate);
    expect(isThere).toBe(false);
    signals.take([[bitLine(3), true]]);
    expect((await line).get()).toBe(true);
    await signals.close();
  });

  it('are turned over where they are active low', async () => {
    const signals = new NodeLines('n');
    signals.take([[powerLine, true]]);
    const [high, low] = [
      await signals.request(request(powerLine)),
      await signals.request(request(powerLine, true)),
    ];
    const heard: boolean[] = [];
    low.onChange((level) => heard.push(level));
    expect([high.get(), low.get()]).toEqual([true, false]);
    signals.take([[powerLine, false]]);
    expect([high.get(), low.get(), heard]).toEqual([false, true, [true]]);
  });

  it('tell changes only, and all of them again after nobody knew', async () => {
    const signals = new NodeLines('n');
    signals.take([[powerLine, true]]);
    const line = await signals.request(request(powerLine));
    const heard: boolean[] = [];
    const forget = line.onChange((level) => heard.push(level));
    signals.take([[powerLine, true]]);
    expect(heard).toEqual([]);
    signals.lose();
    expect(signals.get(powerLine)).toBeNull();
    expect(() => line.get()).toThrow('n power: it does not answer');
    signals.take([[powerLine, true]]);
    expect(heard).toEqual([true]);
    forget();
    signals.take([[powerLine, false]]);
    expect(heard).toEqual([true]);
  });

  it('say nothing of a pin that the node did not tell of when it came back', async () => {
    const signals = new NodeLines('n');
    signals.take([[bitLine(0), true], [bitLine(9), true]]); // biome-ignore format: two pins
    signals.lose();
    // It has fewer pins now: another card.
    signals.take([[bitLine(0), true]]);
    expect(signals.get(bitLine(0))).toBe(true);
    expect(signals.get(bitLine(9))).toBeNull();
  });

  it('are not driven, and are let go of one by one', async () => {
    const signals = new NodeLines('n');
    signals.take([[powerLine, true]]);
    const [one, other] = [
      await signals.request(request(powerLine)),
      await signals.request(request(powerLine)),
    ];
    expect(() => one.set(true)).toThrow('not driven by this controller');
    const heard: string[] = [];
    one.onChange(() => heard.push('one'));
    other.onChange(() => heard.push('other'));
    one.close();
    signals.take([[powerLine, false]]);
    expect(heard).toEqual(['other']);
  });

  it('that never come are given up at the end', async () => {
    const signals = new NodeLines('n');
    const waiting = signals.request(request(bitLine(99)));
    signals.take([[bitLine(0), true]]);
    await Promise.all([
      expect(waiting).rejects.toMatchObject({
        kind: 'no-answer',
        message: expect.stringContaining('ends before'),
      }),
      signals.close(),
    ]);
    await expect(signals.request(request(bitLine(1)))).rejects.toMatchObject({ kind: 'no-answer' });
  });

  it('are what was told last, in any course of things', () => {
    const act = fc.oneof(
      fc.constant('lose' as const),
      fc.dictionary(fc.constantFrom('a', 'b'), fc.boolean()),
    );
    fc.assert(
      fc.property(fc.array(act), (acts) => {
        const signals = new NodeLines('n');
        let known = new Map<string, boolean>();
        for (const each of acts) {
          if (each === 'lose') {
            signals.lose();
            known = new Map();
          } else {
            signals.take(Object.entries(each));
            known = new Map([...known, ...Object.entries(each)]);
          }
          for (const name of ['a', 'b']) expect(signals.get(name)).toBe(known.get(name) ?? null);
        }
      }),
    );
  });
});
