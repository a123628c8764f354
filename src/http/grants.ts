/** Exchanges that outlast their request: each goes on only for as long as the login that opened it. */
import type { Context } from 'koa';
import type { Principal } from '../redfish/service/principal.ts';
import { requirePrivilege } from './endpoint.ts';
import type { Authenticate } from './middleware/authenticate.ts';

interface Grant {
  readonly ctx: Context;
  readonly privilege: Parameters<typeof requirePrivilege>[1];
  readonly end: () => void;
}

/** Milliseconds between checks. A session with an open exchange counts as used, so that it does not expire meanwhile. */
const period = 15_000;

export class Grants {
  readonly #authenticate: Authenticate;
  readonly #open = new Set<Grant>();
  readonly #timer = setInterval(() => this.recheck(), period).unref();

  constructor(authenticate: Authenticate) {
    this.#authenticate = authenticate;
  }

  /**
   * Calls `end` as soon as the credentials of the request no longer grant the privilege: the session has ended, the
   * password has changed or expired, the account is disabled, the role has lost it.
   * @returns a function to call once the exchange is over
   */
  hold(ctx: Context, privilege: Grant['privilege'], end: () => void): () => void {
    const grant = { ctx, privilege, end };
    this.#open.add(grant);
    return () => this.#open.delete(grant);
  }

  /** Checks every exchange now: to be called after each change of sessions, accounts or roles. */
  recheck(): void {
    for (const grant of this.#open) void this.#check(grant);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #check(grant: Grant): Promise<void> {
    const { ctx, privilege, end } = grant;
    try {
      const principal: Principal | null = await this.#authenticate(ctx, false);
      requirePrivilege(principal, privilege);
    } catch {
      if (this.#open.delete(grant)) end();
    }
  }
}
