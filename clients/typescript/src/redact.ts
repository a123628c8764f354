/** Takes secrets out of what is logged, recorded or shown. */
import { isObject } from './json.ts';

export const hidden = '********';

const secretHeaders = new Set([
  'authorization',
  'x-auth-token',
  'cookie',
  'set-cookie',
  'proxy-authorization',
]);
const secretName =
  /(password|passwd|passphrase|token|secret|(?<!public)key|keystring|community(string)?|credentials?)$/i;
const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** The headers with the values of secret ones hidden. */
export function redactHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      secretHeaders.has(name.toLowerCase()) ? hidden : value,
    ]),
  );
}

/** A copy of a JSON value with the strings of secret properties, and private keys anywhere, hidden. */
export function redact(value: unknown, name = ''): unknown {
  if (typeof value === 'string')
    return (value !== '' && secretName.test(name)) || privateKey.test(value) ? hidden : value;
  if (Array.isArray(value)) return value.map((item) => redact(item, name));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redact(item, key)]));
}
