/** From a descriptor's file to the board it describes, or to every fault in it. */
import { type Fault, faultText, inOrder } from './fault.ts';
import type { Finding } from './finding.ts';
import { readDescriptor } from './overlay.ts';
import type { Board } from './rules/parts.ts';
import { checkRules } from './rules.ts';
import type { Platform } from './schema.ts';
import { type FilesRead, fault, type Part, placeAt, plain } from './source.ts';
import { readBoard } from './validate.ts';

/** What is known of a descriptor: the platform only where there is no fault. */
export interface Checked {
  readonly platform?: Platform;
  readonly faults: readonly Fault[];
}

/**
 * Reads and checks the descriptor at `path`; never throws for what is in the file, or that it is not there.
 * Puts into `read` what it has read.
 */
export function checkPlatform(path: string, read: FilesRead = new Map()): Checked {
  const { root, faults } = readDescriptor(path, read);
  if (root === undefined) return { faults: inOrder(faults) };
  const { value, findings, references } = readBoard(plain(root));
  const broken = value === undefined ? [] : checkRules(value as Board, references);
  const all = [...faults, ...[...findings, ...broken].map((finding) => located(root, finding))];
  // Where the schema has no fault to find, the value is a platform.
  return all.length > 0 ? { faults: inOrder(all) } : { platform: value as Platform, faults: [] };
}

/**
 * The platform that the descriptor at `path` describes. Puts into `read` what it has read.
 * @throws Error whose message lists every fault of the descriptor, one on each line.
 */
export function loadPlatform(path: string, read: FilesRead = new Map()): Platform {
  const { platform, faults } = checkPlatform(path, read);
  if (platform === undefined) throw new Error(faults.map(faultText).join('\n'));
  return platform;
}

function located(root: Part, { path, at, rule, message, hint }: Finding): Fault {
  return fault(placeAt(root, path, at), path, rule, message, hint);
}
