/** Request bodies: what is accepted, how each fault is refused, and what a hostile body costs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RedfishError } from '../../../../src/messages/messages.ts';
import { parseJson } from '../../../../src/redfish/service/write/json.ts';

function refusal(body: string | Buffer): RedfishError {
  try {
    parseJson(Buffer.from(body));
  } catch (error) {
    if (error instanceof RedfishError) return error;
    throw error;
  }
  throw new Error('accepted');
}
const ids = (error: RedfishError) => error.messages.map((each) => each.MessageId.split('.').at(-1));

describe('a request body', () => {
  it('that is one JSON object is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parseJson(Buffer.from(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['blanks', '  '],
    ['truncated', '{"A": 1'],
    ['two values', '{} {}'],
    ['a trailing comma', '{"A":1,}'],
    ['single quotes', "{'A':1}"],
    ['a comment', '{} // x'],
    ['a byte order mark', '\uFEFF{}'],
    ['a control character in a string', '{"A":"\n"}'],
    ['NaN', '{"A":NaN}'],
    ['a lone surrogate', '{"A":"\\ud800"}'],
    ['a lone surrogate in a name', '{"A":{"\\uDFFF":1}}'],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['UTF-16', Buffer.from('{"A":1}', 'utf16le')],
  ])('that is %s is MalformedJSON', (_, body) => {
    expect(refusal(body).status).toBe(400);
    expect(ids(refusal(body))).toEqual(['MalformedJSON']);
  });

  it.each(['[]', '[{"A":1}]', '"text"', '1', 'true', 'null'])(
    'that is no object is UnrecognizedRequestBody: %s',
    (body) => {
      expect(ids(refusal(body))).toEqual(['UnrecognizedRequestBody']);
    },
  );

  it('that nests without end is refused before anything recurses into it', () => {
    const nested = (depth: number) => `${'{"A":'.repeat(depth)}1${'}'.repeat(depth)}`;
    expect(parseJson(Buffer.from(nested(32)))).toHaveProperty('A');
    expect(ids(refusal(nested(33)))).toEqual(['UnrecognizedRequestBody']);
    expect(ids(refusal(`{"A":${'['.repeat(200_000)}${']'.repeat(200_000)}}`))).toEqual([
      'UnrecognizedRequestBody',
    ]);
  });

  it.each([
    ['{"A":1,"A":1}', 'A', '#/A'],
    ['{"A":{"B":[0,{"C":1, "D":2,"C" : 3}]}}', 'C', '#/A/B/1/C'],
    ['{"A":1,"\\u0041":2}', 'A', '#/A'],
    ['{"a/b~":1,"a/b~":2}', 'a/b~', '#/a~1b~0'],
    ['{"__proto__":1,"__proto__":2}', '__proto__', '#/__proto__'],
    ['{"\\"":1,"\\"":{}}', '"', '#/"'],
  ])('with a name twice is PropertyDuplicate: %s', (body, name, pointer) => {
    const { messages } = refusal(body);
    expect(messages).toMatchObject([
      { MessageId: 'Base.1.22.PropertyDuplicate', MessageArgs: [name], RelatedProperties: [pointer] },
    ]);
  });

  it('names every duplicate, each once, and not without end', () => {
    expect(
      refusal('{"A":1,"A":2,"A":3,"B":{"C":1,"C":2}}').messages.map((each) => each.MessageArgs[0]),
    ).toEqual(['A', 'C']);
    const many = Array.from({ length: 1000 }, (_, n) => `"${n}":0,"${n}":1`).join(',');
    expect(refusal(`{${many}}`).messages).toHaveLength(16);
  });

  it('with a name twice is found wherever it hides', () => {
    // A value that is an object with one name doubled, at any place of any document.
    const leaf = fc
      .string()
      .map((name) => `{${JSON.stringify(name)}:"${'\\"'}{,:}",${JSON.stringify(name)}:[]}`);
    const text = fc.letrec<{ node: string }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.tuple(fc.jsonValue(), tie('node')).map(([other, node]) => `[${JSON.stringify(other)},${node}]`),
        fc.tuple(fc.string(), tie('node')).map(([name, node]) => `{${JSON.stringify(name)}: ${node}}`),
      ),
    })).node;
    fc.assert(
      fc.property(text, (node) => {
        expect(ids(refusal(`{"A":"x","B":${node}}`))).toEqual(['PropertyDuplicate']);
      }),
    );
  });

  it('with one name repeated without end is refused at once, with an answer smaller than the body', () => {
    const depth = 30;
    const name = '~'.repeat(4347);
    const members = Array.from({ length: 21_759 }, () => '"a":1').join();
    const body = Buffer.from(`${`{"${name}":`.repeat(depth)}{${members}}${'}'.repeat(depth)}`);
    expect(body.length).toBeGreaterThan(200_000);
    const error = refusal(body);
    expect(ids(error)).toEqual(['PropertyDuplicate']);
    expect(JSON.stringify(error.messages).length).toBeLessThan(8 * 1024);
  });

  it('costs time and an answer in proportion to its bytes, whatever is in it', () => {
    const text = fc.constantFrom('a', '~', '/', '\\"', '\u0000', '\n', '\ud83d\ude00', 'constructor', '0');
    const hostile = fc
      .record({
        name: text,
        length: fc.nat({ max: 4000 }),
        depth: fc.nat({ max: 31 }),
        array: fc.boolean(),
        blanks: fc.nat({ max: 20 }),
        distinct: fc.nat({ max: 40 }),
        repeated: text,
      })
      .map(({ name, length, depth, array, blanks, distinct, repeated }) => {
        const path = JSON.stringify(name.repeat(length / name.length));
        const open = array ? '[' : `{${path}:`;
        const members: string[] = [];
        const space = ' '.repeat(blanks);
        const most = Math.max(0, 240_000 - depth * path.length);
        for (let size = 0, n = 0; size < most; n++) {
          const member = `${JSON.stringify(`${repeated}${n % (distinct + 1)}`)}${space}:1`;
          members.push(member);
          size += member.length + 1;
        }
        return `{"A":${open.repeat(depth)}{${members.join()}}${(array ? ']' : '}').repeat(depth)}}`;
      });
    fc.assert(
      fc.property(hostile, (body) => {
        const bytes = Buffer.from(body);
        const begun = process.cpuUsage();
        let size = 0;
        try {
          parseJson(bytes);
        } catch (error) {
          if (!(error instanceof RedfishError)) throw error;
          size = JSON.stringify(error.messages).length;
        }
        const { user } = process.cpuUsage(begun);
        expect(size).toBeLessThan(32 * 1024);
        // Processor time, not wall-clock time, and ten times what was ever measured: what is not linear takes seconds.
        expect(user / 1000).toBeLessThan(100 + bytes.length / 500);
      }),
      { numRuns: 30 },
    );
  });

  it('lets one name stand in different objects', () => {
    expect(parseJson(Buffer.from('{"A":{"A":[{"A":1},{"A":"A"}]},"B":"A"}'))).toHaveProperty('A');
  });

  it('does not touch the prototype', () => {
    const body = parseJson(Buffer.from('{"__proto__":{"polluted":true},"constructor":1}'));
    expect(Object.keys(body)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect((body as Record<string, unknown>).polluted).toBeUndefined();
  });
});
