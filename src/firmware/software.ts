/** What runs on the management controller: the daemon, its runtime and the operating system. */
import { readFileSync } from 'node:fs';
import { release } from 'node:os';

export interface Software {
  readonly id: string;
  readonly name: string;
  readonly manufacturer: string | null;
  readonly version: string;
}

/** The software of this machine; what cannot be read is left out. */
export function systemSoftware(daemonVersion: string, root = '/'): readonly Software[] {
  const system = osRelease(root);
  return [
    { id: 'bmc', name: 'Management daemon (redfishd)', manufacturer: 'redfishd', version: daemonVersion },
    {
      id: 'runtime',
      name: 'Node.js runtime',
      manufacturer: 'OpenJS Foundation',
      version: process.versions.node,
    },
    { id: 'kernel', name: 'Kernel', manufacturer: null, version: release() },
    ...(system === undefined ? [] : [system]),
  ];
}

/** The operating system by its own os-release(5). */
function osRelease(root: string): Software | undefined {
  let text: string;
  try {
    text = readFileSync(`${root}etc/os-release`, 'utf8');
  } catch {
    return undefined;
  }
  const field = (name: string) => new RegExp(`^${name}=["']?(.*?)["']?$`, 'm').exec(text)?.[1];
  const version = field('VERSION_ID') ?? field('BUILD_ID') ?? field('VERSION');
  if (version === undefined) return undefined;
  return {
    id: 'os',
    name: field('PRETTY_NAME') ?? field('NAME') ?? 'Operating system',
    manufacturer: field('VENDOR_NAME') ?? field('NAME') ?? null,
    version,
  };
}
