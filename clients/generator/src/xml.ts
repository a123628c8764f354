/** A reader of the XML that CSDL documents are written in. */

/** One XML element: its name with prefix, its attributes, its child elements and the text directly in it. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const token =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<\/(?<close>[\w:.-]+)\s*>|<(?<open>[\w:.-]+)(?<attributes>(?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(?<empty>\/?)>|(?<text>[^<]+)/y;
const attribute = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function decode(text: string): string {
  return text.replace(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (whole, hex, decimal, name) =>
    name ? (entities[name] ?? whole) : String.fromCodePoint(Number.parseInt(hex ?? decimal, hex ? 16 : 10)),
  );
}

/**
 * Reads the part of XML 1.0 that CSDL documents use: elements, attributes, text and comments; no DTD, no CDATA.
 * @throws Error that names the character offset of what it could not read.
 */
export function parseXml(source: string): Element {
  const document: Element = { name: '', attributes: {}, children: [], text: '' };
  const stack = [document];
  token.lastIndex = source.startsWith('\uFEFF') ? 1 : 0;
  while (token.lastIndex < source.length) {
    const at = token.lastIndex;
    const groups = token.exec(source)?.groups;
    const parent = stack.at(-1);
    if (!groups || !parent) throw new Error(`XML cannot be read at offset ${at}`);
    if (groups.open) {
      const attributes: Record<string, string> = {};
      for (const [, name = '', double, single] of (groups.attributes ?? '').matchAll(attribute)) {
        attributes[name] = decode(double ?? single ?? '');
      }
      const element: Element = { name: groups.open, attributes, children: [], text: '' };
      parent.children.push(element);
      if (!groups.empty) stack.push(element);
    } else if (groups.close) {
      if (parent.name !== groups.close) throw new Error(`XML element ${parent.name} not closed at ${at}`);
      stack.pop();
    } else if (groups.text) {
      parent.text += decode(groups.text);
    }
  }
  const root = document.children[0];
  if (stack.length !== 1 || !root) throw new Error('XML ends inside an element');
  return root;
}
