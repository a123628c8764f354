/** The address selection policy table (RFC 6724) and its file, gai.conf(5). */
import { canonicalIpv6 } from './addresses.ts';
import type { AddressPolicy } from './model.ts';

/** The default policy table of RFC 6724 clause 2.1. */
export const defaultPolicies: readonly AddressPolicy[] = [
  { prefix: '::1/128', precedence: 50, label: 0 },
  { prefix: '::/0', precedence: 40, label: 1 },
  { prefix: '::ffff:0:0/96', precedence: 35, label: 4 },
  { prefix: '2002::/16', precedence: 30, label: 2 },
  { prefix: '2001::/32', precedence: 5, label: 5 },
  { prefix: 'fc00::/7', precedence: 3, label: 13 },
  { prefix: '::/96', precedence: 1, label: 3 },
  { prefix: 'fec0::/10', precedence: 1, label: 11 },
  { prefix: '3ffe::/16', precedence: 1, label: 12 },
];

/** Returns a prefix in canonical form, e.g. `2001:db8::/32`; undefined when the text is no prefix. */
export function canonicalPrefix(text: string): string | undefined {
  const [address = '', length = '', ...rest] = text.split('/');
  const canonical = canonicalIpv6(address);
  const valid = /^\d{1,3}$/.test(length) && Number(length) <= 128 && rest.length === 0;
  return canonical === undefined || !valid ? undefined : `${canonical}/${Number(length)}`;
}

const line = /^\s*(label|precedence)\s+(\S+)\s+(\d+)\s*(?:#.*)?$/;

/** Returns the table of a gai.conf: the first line of a kind (label, precedence) replaces all defaults of the kind. */
export function parseGaiConf(text: string): readonly AddressPolicy[] {
  const labels = new Map<string, number>();
  const precedences = new Map<string, number>();
  for (const each of text.split('\n')) {
    const [, kind, given = '', number] = line.exec(each) ?? [];
    const prefix = canonicalPrefix(given);
    if (prefix !== undefined) (kind === 'label' ? labels : precedences).set(prefix, Number(number));
  }
  if (labels.size === 0 && precedences.size === 0) return defaultPolicies;
  const prefixes = new Set([...precedences.keys(), ...labels.keys()]);
  const fallback = (prefix: string) => defaultPolicies.find((each) => each.prefix === prefix);
  return [...prefixes].map((prefix) => ({
    prefix,
    precedence: precedences.get(prefix) ?? fallback(prefix)?.precedence ?? 40,
    label: labels.get(prefix) ?? fallback(prefix)?.label ?? 1,
  }));
}

/** Returns the text `before` with its table replaced; other lines are kept. */
export function formatGaiConf(policies: readonly AddressPolicy[], before: string): string {
  const others = before.split('\n').filter((each) => !line.test(each));
  while (others.at(-1) === '') others.pop();
  const lines = policies.flatMap(({ prefix, precedence, label }) => [
    `label ${prefix} ${label}`,
    `precedence ${prefix} ${precedence}`,
  ]);
  return `${[...others, ...lines].join('\n')}\n`;
}
