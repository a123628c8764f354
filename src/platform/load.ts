/** Reads a descriptor: the board it describes, or every fault in it. */
import type { Finding } from './checker/finding.ts';
import { readBySchema } from './checker/reader.ts';
import { checkRules } from './checker/rules.ts';
import { type DescriptorFault, faultText, inOrder } from './source/fault.ts';
import { readDescriptor } from './source/overlay.ts';
import { type FilesRead, fault, placeAt, plain, type YamlValue } from './source/yaml.ts';
import { type PartialPlatform, type Platform, vocabulary } from './vocabulary/index.ts';

/** Result of a check: the platform only when there is no fault. */
export interface Checked {
  readonly platform?: Platform;
  readonly faults: readonly DescriptorFault[];
}

/**
 * Reads and checks the descriptor at `path`. A file that is missing or no descriptor is a fault, not an exception. Adds
 * every file to `read` with its content.
 */
export function checkPlatform(path: string, read: FilesRead = new Map()): Checked {
  const { root, faults } = readDescriptor(path, read);
  if (root === undefined) return { faults: inOrder(faults) };
  const { platform, findings } = checkData(plain(root));
  const all = [...faults, ...findings.map((finding) => located(root, finding))];
  return platform === undefined || all.length > 0 ? { faults: inOrder(all) } : { platform, faults: [] };
}

/** Checks data as a descriptor: a platform, or findings. */
export function checkData(data: unknown): { platform?: Platform; findings: readonly Finding[] } {
  const reading = readBySchema(vocabulary, data);
  const { value, findings } = reading;
  if (value === undefined) return { findings };
  const all = [...findings, ...checkRules(value as PartialPlatform, reading)];
  // A value without findings has everything that the vocabulary requires.
  return all.length > 0 ? { findings: all } : { platform: value as Platform, findings: [] };
}

/**
 * The platform that the descriptor at `path` describes. Adds every file to `read` with its content.
 * @throws Error whose message lists every fault of the descriptor, one on each line.
 */
export function loadPlatform(path: string, read: FilesRead = new Map()): Platform {
  const { platform, faults } = checkPlatform(path, read);
  if (platform === undefined) throw new Error(faults.map(faultText).join('\n'));
  return platform;
}

function located(root: YamlValue, { path, at, rule, message, hint }: Finding): DescriptorFault {
  return fault(placeAt(root, path, at), path, rule, message, hint);
}
