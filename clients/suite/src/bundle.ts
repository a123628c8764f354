/** A result bundle: the recording, the reports, and a manifest that a key signs. Others can judge it again. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { judgeRecording } from './passive.ts';
import type { Recording } from './recording.ts';
import { htmlReport } from './report/html.ts';
import { jsonReport } from './report/json.ts';
import { junitReport } from './report/junit.ts';
import { ocptvReport } from './report/ocptv.ts';
import type { Report } from './report/report.ts';
import { sarifReport } from './report/sarif.ts';
import { passiveRules } from './rules.ts';
import { readRecording, recordingText } from './sources.ts';

const payloadType = 'application/vnd.redfishd.suite+json';
const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** The id of a key: SHA-256 of its public half in DER. */
export const keyIdOf = (key: KeyObject): string =>
  sha256(createPublicKey(key).export({ type: 'spki', format: 'der' })).slice(0, 16);

/** The Ed25519 key of a file, which is made when it is not there. */
export function signingKey(path: string): KeyObject {
  if (existsSync(path)) return createPrivateKey(readFileSync(path));
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  return privateKey;
}

/** What DSSE signs: "DSSEv1", type and payload, each with its length. */
const authenticated = (payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `), payload]);

/** All reports by the names of their files. */
export const reportFiles = (
  report: Report,
  recording: Recording,
  keyId?: string,
): Record<string, string> => ({
  'report.html': htmlReport(report, recording, keyId),
  'report.json': jsonReport(report),
  'report.sarif': sarifReport(report),
  'junit.xml': junitReport(report),
  'ocptv.jsonl': ocptvReport(report),
});

/** Writes a bundle. Returns the names of its files. */
export function writeBundle(folder: string, report: Report, recording: Recording, key?: KeyObject): string[] {
  mkdirSync(folder, { recursive: true });
  const files: Record<string, string | Buffer> = {
    ...reportFiles(report, recording, key && keyIdOf(key)),
    'recording.jsonl.gz': gzipSync(recordingText(recording)),
  };
  const { suite, service, begins, ends, counts, allowed, verdict } = report;
  const hashes = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, sha256(bytes)]));
  const manifest = { suite, service, begins, ends, counts, allowed, verdict, files: hashes };
  const payload = Buffer.from(JSON.stringify(manifest));
  files['manifest.json'] = JSON.stringify({
    ...{ payloadType, payload: payload.toString('base64') },
    signatures: key
      ? [{ keyid: keyIdOf(key), sig: sign(undefined, authenticated(payload), key).toString('base64') }]
      : [],
    ...(key ? { publicKey: createPublicKey(key).export({ type: 'spki', format: 'pem' }) } : {}),
  });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return Object.keys(files);
}

export interface Verification {
  readonly check: string;
  readonly result: 'good' | 'bad' | 'absent';
  readonly detail: string;
}

interface Envelope {
  readonly payload: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
  readonly publicKey?: string;
}

function judgeAgain(folder: string, report: Report): Verification {
  const own = (rule: string): boolean => Object.hasOwn(passiveRules, rule);
  const left = new Set(report.rulesLeft.map(({ rule }) => rule));
  const count = (findings: readonly { rule: string }[]): number =>
    findings.filter(({ rule }) => own(rule) && !left.has(rule)).length;
  const again = count(judgeRecording(readRecording(join(folder, 'recording.jsonl.gz')), undefined));
  const before = count(report.findings);
  return {
    check: 'verdict',
    result: again === before ? 'good' : 'bad',
    detail: `${again} passive findings when judged again, ${before} in the report`,
  };
}

/** Checks signature and hashes of a bundle, and judges its recording again. @param key the key that has to have signed */
export function verifyBundle(folder: string, key?: KeyObject): Verification[] {
  const envelope = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Envelope;
  const payload = Buffer.from(envelope.payload, 'base64');
  const manifest = JSON.parse(payload.toString()) as { files: Record<string, string> };
  const results: Verification[] = [];
  const [signature] = envelope.signatures;
  const trusted = key ?? (envelope.publicKey === undefined ? undefined : createPublicKey(envelope.publicKey));
  if (!signature || !trusted)
    results.push({ check: 'signature', result: 'absent', detail: 'the bundle is not signed' });
  else {
    const good = verify(undefined, authenticated(payload), trusted, Buffer.from(signature.sig, 'base64'));
    const whose = key ? 'the given key' : 'the key inside: compare its id with the signer';
    results.push({
      check: 'signature',
      result: good ? 'good' : 'bad',
      detail: `${signature.keyid}, by ${whose}`,
    });
  }
  for (const [name, hash] of Object.entries(manifest.files)) {
    const path = join(folder, name);
    const there = existsSync(path) ? sha256(readFileSync(path)) : undefined;
    const detail = there === undefined ? 'missing' : there === hash ? 'as signed' : 'changed';
    results.push({ check: name, result: there === hash ? 'good' : 'bad', detail });
  }
  const text = readFileSync(join(folder, 'report.json'), 'utf8');
  return [...results, judgeAgain(folder, JSON.parse(text) as Report)];
}
