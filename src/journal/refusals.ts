/**
 * Refused requests and logins in the audit log. Whoever is refused decides how often, so records of refusals are bounded in
 * rate and in number: they neither push out the records of successful writes nor wear out the flash.
 */
import { networkOf } from '../base/client-network.ts';
import type { Journal } from './journal.ts';
import type { JournalRecord } from './record.ts';

export interface RefusalOptions {
  /** Makes the record of further refusals that were counted only. */
  readonly summary: (count: number, since: Date, networks: readonly string[]) => JournalRecord;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

/** Records in a row, and further ones a minute: of an account, of a site without credentials, and of all such sites. */
const rates = {
  account: { burst: 100, perMinute: 30 },
  site: { burst: 20, perMinute: 6 },
  strangers: { burst: 100, perMinute: 30 },
} as const;
/** Share of the audit log that records of refusals may fill. */
const share = 1 / 4;
/** Milliseconds between summaries. */
const period = 60_000;
/** Accounts and sites whose rate is remembered, and networks that a summary names. */
const remembered = 1024;
const named = 8;

interface Allowance {
  left: number;
  at: number;
}

export class Refusals {
  readonly #journal: Journal;
  readonly #options: RefusalOptions;
  readonly #now: () => number;
  readonly #allowances = new Map<string, Allowance>();
  /** Ids of the refusals in the log, the oldest first. */
  readonly #ids: number[];
  readonly #networks = new Set<string>();
  #counted = 0;
  #since = new Date(0);
  #timer: NodeJS.Timeout | undefined;

  constructor(journal: Journal, options: RefusalOptions) {
    this.#journal = journal;
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    const filter = { kind: 'compare', field: 'severity', operator: 'eq', value: 'Warning' } as const;
    const { entries } = journal.page({ log: 'AuditLog' }, { skip: 0, top: journal.cap('AuditLog'), filter });
    this.#ids = entries.map(({ id }) => id);
  }

  /**
   * Appends the record of a refusal, or counts it. Resolves once it is stored or counted.
   * @param userName of the account that is logged in; null for a client without valid credentials
   */
  async record(record: JournalRecord, address: string, userName: string | null): Promise<void> {
    const { site } = networkOf(address);
    const allowed =
      userName !== null
        ? this.#allows(`account ${userName}`, rates.account)
        : this.#allows(`site ${site}`, rates.site) && this.#allows('strangers', rates.strangers);
    if (allowed) await this.#append(record);
    else this.#count(site);
  }

  /** Stores what was only counted. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#counted === 0) return;
    const record = this.#options.summary(this.#counted, this.#since, [...this.#networks]);
    this.#counted = 0;
    this.#networks.clear();
    void this.#append(record).catch(() => undefined);
  }

  #count(site: string): void {
    if (this.#counted === 0) this.#since = new Date();
    this.#counted += 1;
    if (this.#networks.size < named) this.#networks.add(site);
    this.#timer ??= setTimeout(() => this.close(), period).unref();
  }

  #allows(key: string, { burst, perMinute }: (typeof rates)[keyof typeof rates]): boolean {
    const at = this.#now();
    const before = this.#allowances.get(key) ?? { left: burst, at };
    const left = Math.min(burst, before.left + ((at - before.at) / 60_000) * perMinute);
    // Set anew, so that the map keeps the order of use.
    this.#allowances.delete(key);
    this.#allowances.set(key, { left: left < 1 ? left : left - 1, at });
    const [oldest] = this.#allowances.keys();
    if (this.#allowances.size > remembered && oldest !== undefined) this.#allowances.delete(oldest);
    return left >= 1;
  }

  async #append(record: JournalRecord): Promise<void> {
    this.#ids.push(await this.#journal.append(record));
    const surplus = this.#ids.length - Math.floor(this.#journal.cap('AuditLog') * share);
    for (const id of surplus > 0 ? this.#ids.splice(0, surplus) : []) this.#journal.delete(id);
  }
}
