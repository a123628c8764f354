/** Authentication of one client: one session that all requests share, made anew once when it is refused, or Basic. */
import { type Answer, errorOf } from './answer.ts';
import type { RedfishError } from './errors.ts';
import type { Findings } from './findings.ts';
import { idOf } from './json.ts';
import type { Credentials, SessionState, SessionStore } from './options.ts';

/** Sends a request without authentication, or with the given headers. */
export type Ask = (
  method: string,
  uri: string,
  body: unknown,
  headers: Record<string, string>,
) => Promise<Answer>;

/** A service that refuses good credentials again and again is not asked for ever. */
const mostRenewals = 5;
const renewalWindow = 10_000;

export class Authenticator {
  readonly #ask: Ask;
  readonly #locate: (location: string, base: string) => string;
  readonly #credentials: Credentials | undefined;
  readonly #store: SessionStore | undefined;
  readonly #findings: Findings;
  #mode: 'auto' | 'session' | 'basic';
  #session: SessionState | undefined;
  #pending: Promise<void> | undefined;
  #loaded = false;
  #refused: RedfishError | undefined;
  #renewals: number[] = [];
  /** Where sessions are made; the service root names it. */
  sessionsUri = '/redfish/v1/SessionService/Sessions';

  /** @param locate the path of a Location header */
  constructor(
    ask: Ask,
    locate: (location: string, base: string) => string,
    findings: Findings,
    options: {
      readonly credentials?: Credentials | undefined;
      readonly authentication?: 'auto' | 'session' | 'basic' | undefined;
      readonly session?: SessionStore | undefined;
    },
  ) {
    this.#ask = ask;
    this.#locate = locate;
    this.#findings = findings;
    this.#credentials = options.credentials;
    this.#store = options.session;
    this.#mode = options.authentication ?? 'auto';
  }

  /** Headers of an authenticated request; logs in when there is no session yet. @throws RedfishError `auth` */
  async headers(): Promise<Record<string, string>> {
    if (this.#refused) throw this.#refused;
    if (this.#mode !== 'basic' && !this.#session) await this.#once(() => this.#open());
    if (this.#session) return { 'X-Auth-Token': this.#session.token };
    return this.#credentials && this.#mode === 'basic' ? this.#basic(this.#credentials) : {};
  }

  /**
   * The service refused these headers with 401. Returns whether others can be had: of a session that another request
   * has made meanwhile, or of a new one.
   */
  async renew(refused: Readonly<Record<string, string>>): Promise<boolean> {
    const token = refused['X-Auth-Token'];
    if (token === undefined || !this.#credentials) return false;
    if (this.#session && this.#session.token !== token) return true;
    const now = Date.now();
    this.#renewals = this.#renewals.filter((time) => now - time < renewalWindow);
    if (!this.#pending && this.#renewals.length >= mostRenewals) return false;
    await this.#once(async () => {
      this.#renewals.push(now);
      this.#session = undefined;
      await this.#login();
    });
    return true;
  }

  /** The session in use; its token is a secret. */
  get session(): SessionState | undefined {
    return this.#session;
  }

  /** Deletes the session that this client made, unless a store keeps it. A session that is gone already is no error. */
  async logout(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    if (session?.uri === undefined || this.#store) return;
    await this.#ask('DELETE', session.uri, undefined, { 'X-Auth-Token': session.token }).catch(
      () => undefined,
    );
  }

  /** Deletes the session also when a store keeps it, and the store's copy. */
  async forget(): Promise<void> {
    const session = this.#session ?? (await this.#store?.load());
    this.#session = undefined;
    if (session?.uri !== undefined)
      await this.#ask('DELETE', session.uri, undefined, { 'X-Auth-Token': session.token }).catch(
        () => undefined,
      );
    await this.#store?.save(undefined);
  }

  /** All that need a login wait for the same one. */
  #once(work: () => Promise<void>): Promise<void> {
    this.#pending ??= work().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #open(): Promise<void> {
    if (!this.#loaded) {
      this.#loaded = true;
      this.#session = await this.#store?.load();
    }
    if (!this.#session && this.#credentials) await this.#login();
  }

  async #login(): Promise<void> {
    const credentials = this.#credentials;
    if (!credentials) return;
    const password = await passwordOf(credentials);
    const answer = await this.#ask(
      'POST',
      this.sessionsUri,
      { UserName: credentials.user, Password: password },
      {},
    );
    const { status, headers, body } = answer;
    const token = headers['x-auth-token'];
    if (status < 300 && token !== undefined) {
      const { location } = headers;
      const uri = location === undefined ? idOf(body) : this.#locate(location, this.sessionsUri);
      if (location === undefined) this.#findings.report('session-without-location', this.sessionsUri);
      this.#session = { token, ...(uri === undefined ? {} : { uri }) };
      await this.#store?.save(this.#session);
      return;
    }
    if (this.#mode === 'auto' && (status < 300 || [404, 405, 501].includes(status))) {
      this.#findings.report('session-unavailable', this.sessionsUri, `status ${status}`);
      this.#mode = 'basic';
      return;
    }
    const error = errorOf(
      status < 300 ? { ...answer, status: 501, text: 'login gives no X-Auth-Token' } : answer,
    );
    // A wrong password is not tried again: services lock accounts and addresses.
    if (error.kind === 'auth' || error.kind === 'intervention') this.#refused = error;
    throw error;
  }

  async #basic(credentials: Credentials): Promise<Record<string, string>> {
    const pair = `${credentials.user}:${await passwordOf(credentials)}`;
    return { Authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
  }
}

async function passwordOf({ password }: Credentials): Promise<string> {
  return typeof password === 'string' ? password : password();
}
