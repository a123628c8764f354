/** A self-signed certificate for localhost, written as DER (RFC 5280) so that no other program is needed. */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const tlv = (tag: number, ...contents: Uint8Array[]): Buffer => {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};
const sequence = (...parts: Uint8Array[]): Buffer => tlv(0x30, ...parts);
const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'));
const time = (text: string): Buffer => tlv(0x18, Buffer.from(text));
const octets = (part: Uint8Array): Buffer => tlv(0x04, part);
const extension = (id: string, value: Uint8Array): Buffer => sequence(oid(id), octets(value));

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
const localhost = Buffer.from('localhost');
const name = sequence(tlv(0x31, sequence(oid('550403'), tlv(0x0c, localhost))));

export interface Certificate {
  readonly cert: string;
  readonly key: string;
  /** SHA-256 of the DER form in lower-case hex. */
  readonly fingerprint: string;
}

/** A new key and certificate, valid from 2020 to 2090, for `localhost` and 127.0.0.1. */
export function selfSigned(): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const names = sequence(tlv(0x82, localhost), tlv(0x87, Buffer.from([127, 0, 0, 1])));
  const authority = sequence(tlv(0x01, Buffer.from([0xff])));
  const serial = randomBytes(8);
  serial[0] = 1;
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, serial),
    ecdsaWithSha256,
    name,
    sequence(time('20200101000000Z'), time('20900101000000Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(extension('551d11', names), extension('551d13', authority))),
  );
  const signature = tlv(0x03, Buffer.from([0]), sign('sha256', body, privateKey));
  const der = sequence(body, ecdsaWithSha256, signature);
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    fingerprint: createHash('sha256').update(der).digest('hex'),
  };
}
