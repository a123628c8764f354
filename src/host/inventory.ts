/** What a host has told of its parts, with the boot that it is from: kept over restarts and while the host is off. */
import type { BoardSettings } from '../board/model/board.ts';
import type { HostFacts } from '../platform/vocabulary/index.ts';
import type { HostDrive, MemoryModule, PcieSlot, Processor, SmbiosFacts } from './facts.ts';
import { absentModule } from './smbios/memory.ts';
import { absentProcessor } from './smbios/processors.ts';
import { type StoredInventory, storedOf, type Told } from './stored-inventory.ts';

/** A part as it is shown. */
export interface Part<T> {
  readonly id: string;
  readonly facts: T;
  /** A later boot has finished without telling it again. */
  readonly stale: boolean;
  /** When it was told; null for a place that only the descriptor knows. */
  readonly time: Date | null;
  /** Nobody has told anything of this place yet. */
  readonly unknown: boolean;
}

export interface HostTexts {
  readonly biosVersion: string | null;
  readonly hostName: string | null;
  readonly os: string | null;
  readonly osVersion: string | null;
}

export interface InventoryParts {
  readonly settings: BoardSettings;
  readonly now: () => Date;
  /** What is shown has changed. */
  changed(): void;
  /** Parts were added, removed or replaced; `what` names them, for people. */
  report(what: string): void;
}

const noDrive: HostDrive = {
  ...{ present: false, protocol: null, model: null, serialNumber: null, capacityBytes: null, firmware: null },
};
/** Milliseconds after which what was told is stored, where no end of the self test is told. */
const quiet = 2_000;

export class HostInventory {
  readonly #facts: HostFacts;
  readonly #parts: InventoryParts;
  readonly #key: string;
  #stored: StoredInventory;
  /** Shown parts when they were last reported, by place. */
  #reported: ReadonlyMap<string, string>;
  #timer: NodeJS.Timeout | undefined;
  #revision = 0;

  constructor(facts: HostFacts, parts: InventoryParts) {
    this.#facts = facts;
    this.#parts = parts;
    this.#key = `host.${facts.id}.inventory`;
    this.#stored = storedOf(parts.settings.get(this.#key));
    this.#reported = this.#identities();
  }

  /** Rises with every change of what is shown. */
  get revision(): number {
    return this.#revision;
  }

  get texts(): HostTexts {
    const { texts, smbios } = this.#stored;
    return {
      biosVersion: texts.firmwareVersion ?? smbios?.facts.biosVersion ?? null,
      hostName: texts.systemName ?? null,
      os: texts.os ?? texts.primaryOs ?? null,
      osVersion: texts.osVersion ?? null,
    };
  }

  /** The last SMBIOS table; null before the first. */
  get smbios(): SmbiosFacts | null {
    return this.#stored.smbios?.facts ?? null;
  }

  /** Whether the firmware has ever told anything of its parts. */
  get isTold(): boolean {
    const { smbios, processors, memory } = this.#stored;
    return smbios !== null || Object.keys(processors).length > 0 || Object.keys(memory).length > 0;
  }

  processors(): Part<Processor>[] {
    const sockets = this.#facts.processors?.sockets ?? [];
    const told = this.#preferred(this.#stored.processors, (facts) => facts.processors);
    const ids = new Ids();
    return Array.from({ length: Math.max(sockets.length, told.length) }, (_, index) => {
      const found = told[index];
      const id = ids.take(sockets[index]?.id ?? found?.facts.socket ?? `CPU${index}`);
      return this.#part(id, found, absentProcessor);
    });
  }

  memory(): Part<MemoryModule>[] {
    const slots = this.#facts.memory?.slots ?? [];
    const told = this.#preferred(this.#stored.memory, (facts) => facts.memory);
    const left = new Set(told.filter((each) => each !== undefined));
    const ids = new Ids();
    const known = slots.map(({ id, locator = id, socket, channel, slot }) => {
      const found = [...left].find(
        ({ facts }) =>
          facts.locator === locator ||
          (facts.locator === null &&
            facts.socket === socket &&
            facts.channel === channel &&
            facts.slot === slot),
      );
      if (found !== undefined) left.delete(found);
      const part = this.#part(ids.take(id), found, absentModule);
      return { ...part, facts: { ...part.facts, socket, channel, slot } };
    });
    const rest = [...left].map((found) => {
      const name = found.facts.locator ?? `DIMM${told.indexOf(found)}`;
      return this.#part(ids.take(name), found, absentModule);
    });
    return [...known, ...rest];
  }

  slots(): readonly PcieSlot[] {
    return this.#stored.smbios?.facts.slots ?? [];
  }

  drives(): Part<HostDrive>[] {
    return Object.entries(this.#stored.drives)
      .sort(([one], [other]) => Number(one) - Number(other))
      .map(([index, told]) => this.#part(`Drive${index}`, told, noDrive));
  }

  /** The firmware begins anew. */
  began(): void {
    this.#flush();
    this.#stored = { ...this.#stored, boot: this.#stored.boot + 1 };
  }

  /** The firmware has finished: what it has not told again is stale. */
  ended(): void {
    if (this.#stored.ended === this.#stored.boot) return;
    this.#change({ ended: this.#stored.boot });
    this.#flush();
  }

  processor(index: number, facts: Partial<Processor>): void {
    this.#change({ processors: this.#merged(this.#stored.processors, index, facts, absentProcessor) });
  }

  module(index: number, facts: Partial<MemoryModule>): void {
    // A slot that is told to be empty forgets its module.
    const base = facts.present === false ? { ...absentModule, ...facts } : facts;
    this.#change({ memory: this.#merged(this.#stored.memory, index, base, absentModule) });
  }

  drive(index: number, facts: Partial<HostDrive>): void {
    const base = facts.present === false ? { ...noDrive, ...facts } : facts;
    this.#change({ drives: this.#merged(this.#stored.drives, index, base, noDrive) });
  }

  text(name: keyof StoredInventory['texts'], text: string): void {
    this.#change({ texts: { ...this.#stored.texts, [name]: text } });
  }

  table(facts: SmbiosFacts): void {
    const { boot } = this.#stored;
    this.#change({ smbios: { boot, time: this.#parts.now().toISOString(), facts } });
    this.#flush();
  }

  stop(): void {
    this.#flush();
  }

  /** Parts by SMBIOS where it is at least as recent as the single commands, which name fewer facts. */
  #preferred<T>(
    single: Readonly<Record<string, Told<T>>>,
    of: (facts: SmbiosFacts) => readonly T[],
  ): readonly (Told<T> | undefined)[] {
    const { smbios } = this.#stored;
    const indexed = Object.entries(single).map(([index, told]) => [Number(index), told] as const);
    const newest = Math.max(-1, ...indexed.map(([, { boot }]) => boot));
    if (smbios !== null && smbios.boot >= newest) {
      const { boot, time } = smbios;
      return of(smbios.facts).map((facts, index) => ({
        ...{ boot, time },
        facts: withPpin(facts, single[index]?.facts),
      }));
    }
    return Array.from(
      { length: 1 + Math.max(-1, ...indexed.map(([index]) => index)) },
      (_, index) => single[index],
    );
  }

  #part<T>(id: string, told: Told<T> | undefined, absent: T): Part<T> {
    if (told === undefined) return { id, facts: absent, stale: false, time: null, unknown: true };
    const { facts, boot, time } = told;
    return { id, facts, stale: boot < this.#stored.ended, time: new Date(time), unknown: false };
  }

  #merged<T>(
    parts: Readonly<Record<string, Told<T>>>,
    index: number,
    facts: Partial<T>,
    absent: T,
  ): Readonly<Record<string, Told<T>>> {
    const before = parts[index];
    const { boot } = this.#stored;
    const told = { ...(before?.facts ?? absent), ...facts };
    const isSame = before?.boot === boot && JSON.stringify(before.facts) === JSON.stringify(told);
    return isSame
      ? parts
      : { ...parts, [index]: { boot, time: this.#parts.now().toISOString(), facts: told } };
  }

  #change(changes: Partial<StoredInventory>): void {
    const before = this.#stored;
    this.#stored = { ...before, ...changes };
    this.#revision += 1;
    this.#parts.changed();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#flush(), quiet);
    this.#timer.unref();
  }

  /** Stores what was told, and reports what differs from what was known. */
  #flush(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      this.#parts.settings.set(this.#key, JSON.stringify(this.#stored));
    } catch {
      // The store reports itself; the next change tries again.
    }
    const now = this.#identities();
    const before = this.#reported;
    this.#reported = now;
    // The first telling sets the baseline.
    if (before.size === 0) return;
    const differences = [...new Set([...before.keys(), ...now.keys()])].flatMap((place) => {
      const [was, is] = [before.get(place), now.get(place)];
      if (was === is) return [];
      return is === undefined ? [`${place} is empty`] : [`${place} has ${is}`];
    });
    if (differences.length > 0) this.#parts.report(differences.join('; '));
  }

  /** Present parts by place, as a text that tells one part from another. */
  #identities(): ReadonlyMap<string, string> {
    const words = (...texts: readonly (string | null)[]) => texts.filter((text) => text !== null).join(' ');
    const processors = this.processors().filter(({ facts }) => facts.present);
    const memory = this.memory().filter(({ facts }) => facts.present);
    return new Map([
      ...processors.map(
        ({ id, facts }) => [id, words(facts.model, facts.serialNumber) || 'a processor'] as const,
      ),
      ...memory.map(
        ({ id, facts: { mib, manufacturer, partNumber, serialNumber } }) =>
          [
            id,
            words(mib === null ? null : `${mib} MiB`, manufacturer, partNumber, serialNumber) || 'a module',
          ] as const,
      ),
    ]);
  }
}

/** SMBIOS has no PPIN: it is told by a command of its own. */
function withPpin<T>(facts: T, single: T | undefined): T {
  const ppin = (single as { ppin?: string | null } | undefined)?.ppin ?? null;
  return ppin === null ? facts : { ...facts, ppin };
}

/** Ids of a collection: letters, digits and the like, each once. */
class Ids {
  readonly #taken = new Set<string>();

  take(name: string): string {
    const base =
      name
        .replace(/[^A-Za-z0-9_.-]+/g, '_')
        .replace(/^[_.-]+|_+$/g, '')
        .slice(0, 48) || 'Part';
    let id = base;
    for (let number = 2; this.#taken.has(id); number++) id = `${base}_${number}`;
    this.#taken.add(id);
    return id;
  }
}
