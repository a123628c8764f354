/** The hosts from which each account has logged in. Under a flood or guesses they are served first. */
import type { Settings } from '../store/settings.ts';

const key = 'logins.networks';
/** Limit of hosts; one more replaces the host whose last login is oldest. */
const maxHosts = 128;
/** Limit of accounts of one host. */
const maxAccounts = 16;

type Stored = readonly { readonly host: string; readonly accounts: readonly string[] }[];

export class KnownNetworks {
  readonly #settings: Settings;
  /** Ids of accounts by host, the least recent login first. */
  readonly #hosts: Map<string, readonly string[]>;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#hosts = new Map(
      settings.json<Stored>(key, decode, []).map(({ host, accounts }) => [host, accounts]),
    );
  }

  /** Whether any account has logged in from a host. */
  has(host: string): boolean {
    return this.#hosts.has(host);
  }

  /** Returns the id of the account that last logged in from a host. */
  ownerOf(host: string): string | undefined {
    return this.#hosts.get(host)?.at(-1);
  }

  /** Whether an account has logged in from a host. */
  hasAccount(host: string, account: string): boolean {
    return this.#hosts.get(host)?.includes(account) === true;
  }

  /** Records a login. Only the first login of an account from a host is stored, to limit flash writes. */
  add(host: string, account: string): void {
    const accounts = this.#hosts.get(host) ?? [];
    const isNew = !accounts.includes(account);
    // Deleted and set again, so that the map is in order of logins.
    this.#hosts.delete(host);
    this.#hosts.set(host, [...accounts.filter((each) => each !== account), account].slice(-maxAccounts));
    const [oldest] = this.#hosts.keys();
    if (this.#hosts.size > maxHosts && oldest !== undefined) this.#hosts.delete(oldest);
    if (isNew) this.#store();
  }

  /** Removes an account that was deleted or disabled. */
  forget(account: string): void {
    let changed = false;
    for (const [host, accounts] of this.#hosts) {
      if (!accounts.includes(account)) continue;
      changed = true;
      const others = accounts.filter((each) => each !== account);
      if (others.length === 0) this.#hosts.delete(host);
      else this.#hosts.set(host, others);
    }
    if (changed) this.#store();
  }

  #store(): void {
    const stored: Stored = [...this.#hosts].map(([host, accounts]) => ({ host, accounts }));
    try {
      this.#settings.setJson(key, stored);
    } catch {
      // While the store fails, the login is known until the next restart only.
    }
  }
}

/** Converts a stored list. @throws Error when the value has another shape */
function decode(value: unknown): Stored {
  if (!Array.isArray(value)) throw new Error('not a list of networks');
  return value.map((each: unknown) => {
    const { host, accounts } = each as { host?: unknown; accounts?: unknown };
    if (typeof host !== 'string' || !Array.isArray(accounts)) throw new Error('not a network');
    return { host, accounts: accounts.map(String) };
  });
}
