/** The inventory of a host as it is stored: JSON that an older or damaged store may have made unusable. */
import type { HostDrive, MemoryModule, Processor, SmbiosFacts } from './facts.ts';

/** A fact with the boot in which the host has told it. */
export interface Told<T> {
  readonly boot: number;
  /** ISO 8601. */
  readonly time: string;
  readonly facts: T;
}

export interface StoredInventory {
  readonly version: 1;
  /** Number of the present boot, and of the last one whose firmware has finished. */
  readonly boot: number;
  readonly ended: number;
  readonly smbios: Told<SmbiosFacts> | null;
  /** Told one by one, by index. */
  readonly processors: Readonly<Record<string, Told<Processor>>>;
  readonly memory: Readonly<Record<string, Told<MemoryModule>>>;
  readonly drives: Readonly<Record<string, Told<HostDrive>>>;
  readonly texts: {
    readonly firmwareVersion?: string;
    readonly systemName?: string;
    readonly primaryOs?: string;
    readonly os?: string;
    readonly osVersion?: string;
    readonly controllerUrl?: string;
    readonly managementUrl?: string;
  };
}

const nothing: StoredInventory = {
  ...{ version: 1, boot: 0, ended: 0, smbios: null },
  ...{ processors: {}, memory: {}, drives: {}, texts: {} },
};

/** What was stored; nothing where it cannot be read. */
export function storedOf(text: string | undefined): StoredInventory {
  if (text === undefined) return nothing;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('version' in value) || value.version !== 1)
      return nothing;
    return { ...nothing, ...value, version: 1 };
  } catch {
    return nothing;
  }
}
