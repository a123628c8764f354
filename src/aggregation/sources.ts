/**
 * Nodes that are added while the daemon runs: what leads to each is kept in the settings, its password in a file of its own
 * beside the store, and all else follows from its controller.
 */
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Board, BoardRefusal, type NewNode } from '../board/model.ts';

/** What leads to a node. */
export interface SourceFacts {
  readonly id: string;
  readonly name: string;
  /** Address or name of its controller. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
}

/** IPMI 2.0 has room for so many characters of a user's name, and bytes of a password (sections 22.28 and 22.30). */
export const limits = { user: 16, password: 20 } as const;
export const usualPort = 623;

export interface SourcesParts {
  readonly board: Board;
  readonly settings: { get(key: string): string | undefined; set(key: string, value: string): void };
  /** Directory of the state. */
  readonly state: string;
  readonly log: (message: string, detail: object) => void;
}

const key = 'nodes';

export class Sources {
  readonly #parts: SourcesParts;
  readonly #sources = new Map<string, SourceFacts>();
  #revision = 0;

  /** Adds to the board what was added before. */
  constructor(parts: SourcesParts) {
    this.#parts = parts;
    for (const facts of stored(parts.settings.get(key))) {
      try {
        parts.board.addNode(this.#nodeOf(facts));
        this.#sources.set(facts.id, facts);
      } catch (error) {
        // The descriptor has taken its name since.
        parts.log('a node that was added is left out', { node: facts.id, error: String(error) });
      }
    }
  }

  /** Grows with every change. */
  get revision(): number {
    return this.#revision;
  }

  get all(): ReadonlyMap<string, SourceFacts> {
    return this.#sources;
  }

  /** The id of a node at an address: it is seen in URIs, so it is made of what people know it by. */
  idOf(host: string, port: number): string {
    const plain = host.replaceAll(':', '-').replace(/[^A-Za-z0-9_.-]/g, '_');
    const start = /^[A-Za-z0-9]/.test(plain) ? plain : `n${plain}`;
    return `${start}${port === usualPort ? '' : `-${port}`}`.slice(0, 64);
  }

  /** Adds a node; it has survived power loss when this returns. @throws BoardRefusal, StoreError, Error of the file */
  add(facts: SourceFacts, password: string): void {
    const { board } = this.#parts;
    if (this.#sources.has(facts.id) || board.nodes.has(facts.id))
      throw new BoardRefusal('not-in-this-state', `there is a node ${facts.id} already`);
    this.#writeSecret(facts.id, password);
    try {
      board.addNode(this.#nodeOf(facts));
      this.#store([...this.#sources.values(), facts]);
    } catch (error) {
      void board.removeNode(facts.id);
      rmSync(this.#secretOf(facts.id), { force: true });
      throw error;
    }
    this.#sources.set(facts.id, facts);
    this.#revision += 1;
  }

  /** Changes what leads to a node; the password stays where none is given. @throws StoreError, Error of the file */
  async change(facts: SourceFacts, password: string | undefined): Promise<void> {
    const { board } = this.#parts;
    this.#store([...this.#sources.values()].map((each) => (each.id === facts.id ? facts : each)));
    this.#sources.set(facts.id, facts);
    if (password !== undefined) this.#writeSecret(facts.id, password);
    this.#revision += 1;
    await board.removeNode(facts.id);
    board.addNode(this.#nodeOf(facts));
  }

  /** @throws StoreError; nothing has changed then */
  async remove(id: string): Promise<void> {
    this.#store([...this.#sources.values()].filter((each) => each.id !== id));
    this.#sources.delete(id);
    this.#revision += 1;
    await this.#parts.board.removeNode(id);
    rmSync(this.#secretOf(id), { force: true });
  }

  #store(list: readonly SourceFacts[]): void {
    this.#parts.settings.set(key, JSON.stringify(list));
  }

  #secretOf(id: string): string {
    return join(this.#parts.state, 'nodes', id);
  }

  /** Whole or not at all, and for nobody else to read. */
  #writeSecret(id: string, password: string): void {
    const path = this.#secretOf(id);
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.new`, `${password}\n`, { mode: 0o600, flush: true });
    chmodSync(`${path}.new`, 0o600);
    renameSync(`${path}.new`, path);
  }

  #nodeOf({ id, name, host, port, user }: SourceFacts): NewNode {
    const enclosure = this.#parts.board.platform.chassis[0]?.id;
    return {
      node: {
        ...{ id, name, chassis: id, host: id },
        link: { kind: 'lan', host, port, user, secret: this.#secretOf(id) },
      },
      chassis: {
        ...{ id, name, type: 'Sled', fru: id },
        ...(enclosure === undefined ? {} : { containedBy: enclosure }),
      },
      host: { id, name, chassis: id, fru: id, power: { kind: 'ipmi', node: id }, console: { node: id } },
      fru: { id, name, node: id, chassis: id, context: 'SystemBoard' },
    };
  }
}

/** What was stored, as far as it is what it should be. */
function stored(text: string | undefined): readonly SourceFacts[] {
  try {
    const list: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(list) ? list.filter(isFacts) : [];
  } catch {
    return [];
  }
}

function isFacts(value: unknown): value is SourceFacts {
  if (typeof value !== 'object' || value === null) return false;
  const { id, name, host, port, user } = value as Record<string, unknown>;
  return [id, name, host, user].every((each) => typeof each === 'string') && Number.isInteger(port);
}
