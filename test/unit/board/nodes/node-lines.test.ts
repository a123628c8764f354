/** What a node tells of its host, as lines: known, unknown, and known again. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitLine, NodeLines, powerLine } from '../../../../src/board/nodes/node-lines.ts';

const request = (line: string, activeLow = false) => ({ line, direction: 'in', activeLow }) as const;

describe('lines of a node', () => {
  it('are asked for before they are known, and come with the first answer that has them', async () => {
    const lines = new NodeLines('n');
    let isThere = false;
    const line = lines.request(request(bitLine(3))).then((found) => {
      isThere = true;
      return found;
    });
    lines.setLevels(new Map([[powerLine, true]]));
    await new Promise(setImmediate);
    expect(isThere).toBe(false);
    lines.setLevels(new Map([[bitLine(3), true]]));
    expect((await line).get()).toBe(true);
    await lines.close();
  });

  it('are turned over where they are active low', async () => {
    const lines = new NodeLines('n');
    lines.setLevels(new Map([[powerLine, true]]));
    const [high, low] = [
      await lines.request(request(powerLine)),
      await lines.request(request(powerLine, true)),
    ];
    const heard: boolean[] = [];
    low.onChange((level) => heard.push(level));
    expect([high.get(), low.get()]).toEqual([true, false]);
    lines.setLevels(new Map([[powerLine, false]]));
    expect([high.get(), low.get(), heard]).toEqual([false, true, [true]]);
  });

  it('tell changes only, and all of them again after nobody knew', async () => {
    const lines = new NodeLines('n');
    lines.setLevels(new Map([[powerLine, true]]));
    const line = await lines.request(request(powerLine));
    const heard: boolean[] = [];
    const forget = line.onChange((level) => heard.push(level));
    lines.setLevels(new Map([[powerLine, true]]));
    expect(heard).toEqual([]);
    lines.markUnknown();
    expect(lines.get(powerLine)).toBeNull();
    expect(() => line.get()).toThrow('n power: the node does not respond');
    lines.setLevels(new Map([[powerLine, true]]));
    expect(heard).toEqual([true]);
    forget();
    lines.setLevels(new Map([[powerLine, false]]));
    expect(heard).toEqual([true]);
  });

  it('say nothing of a pin that the node did not tell of when it came back', async () => {
    const lines = new NodeLines('n');
    lines.setLevels(new Map([[bitLine(0), true], [bitLine(9), true]])); // biome-ignore format: two pins
    lines.markUnknown();
    // It has fewer pins now: another card.
    lines.setLevels(new Map([[bitLine(0), true]]));
    expect(lines.get(bitLine(0))).toBe(true);
    expect(lines.get(bitLine(9))).toBeNull();
  });

  it('are not driven, and are let go of one by one', async () => {
    const lines = new NodeLines('n');
    lines.setLevels(new Map([[powerLine, true]]));
    const [one, other] = [await lines.request(request(powerLine)), await lines.request(request(powerLine))];
    expect(() => one.set(true)).toThrow('cannot drive a line of a node');
    const heard: string[] = [];
    one.onChange(() => heard.push('one'));
    other.onChange(() => heard.push('other'));
    one.close();
    lines.setLevels(new Map([[powerLine, false]]));
    expect(heard).toEqual(['other']);
  });

  it('that never come are given up at the end', async () => {
    const lines = new NodeLines('n');
    const waiting = lines.request(request(bitLine(99)));
    lines.setLevels(new Map([[bitLine(0), true]]));
    await Promise.all([
      expect(waiting).rejects.toMatchObject({
        kind: 'no-answer',
        message: expect.stringContaining('stops before'),
      }),
      lines.close(),
    ]);
    await expect(lines.request(request(bitLine(1)))).rejects.toMatchObject({ kind: 'no-answer' });
  });

  it('are those that were set last, and no others', () => {
    const act = fc.oneof(
      fc.constant('lose' as const),
      fc.dictionary(fc.constantFrom('a', 'b'), fc.boolean()),
    );
    fc.assert(
      fc.property(fc.array(act), (acts) => {
        const lines = new NodeLines('n');
        let known = new Map<string, boolean>();
        for (const each of acts) {
          if (each === 'lose') {
            lines.markUnknown();
            known = new Map();
          } else {
            lines.setLevels(new Map(Object.entries(each)));
            known = new Map(Object.entries(each));
          }
          for (const name of ['a', 'b']) expect(lines.get(name)).toBe(known.get(name) ?? null);
        }
      }),
    );
  });
});
