/** The XML reader on sound and broken documents. */
import { describe, expect, it } from 'vitest';
import { parseXml } from '../src/xml.ts';

describe('the XML reader', () => {
  it('reads elements, attributes, entities and text', () => {
    const root = parseXml(
      '\uFEFF<?xml version="1.0"?><!-- <no/> --><a:b x="1 &lt; 2" y=\'"&#x41;&#66;"\'>text<c/><c z="&amp;"></c></a:b>\n',
    );
    expect(root).toEqual({
      name: 'a:b',
      attributes: { x: '1 < 2', y: '"AB"' },
      text: 'text',
      children: [
        { name: 'c', attributes: {}, text: '', children: [] },
        { name: 'c', attributes: { z: '&' }, text: '', children: [] },
      ],
    });
  });

  it.each(['', 'text', '<a>', '<a></b>', '<a', '<a x=1/>', '</a>', '<a/></a>'])('refuses %j', (text) => {
    expect(() => parseXml(text)).toThrow(/XML/);
  });
});
