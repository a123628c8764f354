/**
 * Aggregation sources: nodes that are added at run time. The address and user of each are kept in the settings, its
 * password in a file of its own; everything else is read from its controller.
 */
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Board } from '../board/model/board.ts';
import type { NewNode } from '../board/model/node.ts';
import { BoardRefusal } from '../board/model/refusal.ts';

/** How a node is reached. */
export interface AggregationSourceFacts {
  readonly id: string;
  readonly name: string;
  /** Address or name of its controller. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
}

/** Longest user name in characters and password in bytes (IPMI 2.0, sections 22.28 and 22.30). */
export const limits = { user: 16, password: 20 } as const;
/** Of RMCP (IPMI 2.0, section 13.1.2). */
export const defaultPort = 623;

export interface AggregationSourcesParts {
  readonly board: Board;
  readonly settings: { get(key: string): string | undefined; set(key: string, value: string): void };
  /** State directory of the daemon. */
  readonly state: string;
  readonly log: (message: string, detail: object) => void;
}

const key = 'nodes';

export class AggregationSources {
  readonly #parts: AggregationSourcesParts;
  readonly #sources = new Map<string, AggregationSourceFacts>();
  #revision = 0;

  /** Adds the stored nodes to the board. */
  constructor(parts: AggregationSourcesParts) {
    this.#parts = parts;
    for (const facts of stored(parts.settings.get(key))) {
      try {
        parts.board.addNode(this.#nodeOf(facts));
        this.#sources.set(facts.id, facts);
      } catch (error) {
        // A newer descriptor may use its id.
        parts.log('an aggregation source is ignored', { node: facts.id, error: String(error) });
      }
    }
  }

  /** Rises with every change. */
  get revision(): number {
    return this.#revision;
  }

  get all(): ReadonlyMap<string, AggregationSourceFacts> {
    return this.#sources;
  }

  /** Id of a node at an address: it is part of URIs, so it is derived from what people know. */
  idOf(host: string, port: number): string {
    const plain = host.replaceAll(':', '-').replace(/[^A-Za-z0-9_.-]/g, '_');
    const start = /^[A-Za-z0-9]/.test(plain) ? plain : `n${plain}`;
    return `${start}${port === defaultPort ? '' : `-${port}`}`.slice(0, 64);
  }

  /** Adds a node; it has survived power loss when this returns. @throws BoardRefusal, StoreError, Error of the file */
  add(facts: AggregationSourceFacts, password: string): void {
    const { board } = this.#parts;
    if (this.#sources.has(facts.id) || board.nodes.has(facts.id))
      throw new BoardRefusal('not-in-this-state', `there is a node ${facts.id} already: choose another id`);
    this.#writeSecret(facts.id, `${password}\n`);
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

  /** Changes how a node is reached; without `password` that stays. @throws StoreError, Error of the file; nothing has changed then */
  async change(facts: AggregationSourceFacts, password: string | undefined): Promise<void> {
    const { board } = this.#parts;
    const before = password === undefined ? undefined : readFileSync(this.#secretOf(facts.id));
    if (password !== undefined) this.#writeSecret(facts.id, `${password}\n`);
    try {
      this.#store([...this.#sources.values()].map((each) => (each.id === facts.id ? facts : each)));
    } catch (error) {
      if (before !== undefined) this.#writeSecret(facts.id, before);
      throw error;
    }
    this.#sources.set(facts.id, facts);
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

  #store(list: readonly AggregationSourceFacts[]): void {
    this.#parts.settings.set(key, JSON.stringify(list));
  }

  #secretOf(id: string): string {
    return join(this.#parts.state, 'nodes', id);
  }

  /** Replaces the file as a whole; only the daemon may read it. */
  #writeSecret(id: string, text: string | Buffer): void {
    const path = this.#secretOf(id);
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
    // No id of a source has a tilde, so that no other secret has this name.
    const unfinished = `${path}~new`;
    writeFileSync(unfinished, text, { mode: 0o600, flush: true });
    chmodSync(unfinished, 0o600);
    renameSync(unfinished, path);
  }

  #nodeOf({ id, name, host, port, user }: AggregationSourceFacts): NewNode {
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

/** The stored sources; entries of another shape are ignored. */
function stored(text: string | undefined): readonly AggregationSourceFacts[] {
  try {
    const list: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(list) ? list.filter(isFacts) : [];
  } catch {
    return [];
  }
}

function isFacts(value: unknown): value is AggregationSourceFacts {
  if (typeof value !== 'object' || value === null) return false;
  const { id, name, host, port, user } = value as Record<string, unknown>;
  return [id, name, host, user].every((each) => typeof each === 'string') && Number.isInteger(port);
}
