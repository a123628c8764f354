/**
 * The Redfish protocol (DSP0266) over a set of declarations: it finds what a request means, who may do it and under which
 * precondition, and answers. It knows no resource.
 */

import { type Message, message, RedfishError } from '../../messages/messages.ts';
import { Access } from './access.ts';
import type { JsonObject } from './json.ts';
import type { Principal } from './principal.ts';
import { noQuery, parseQuery } from './query/query.ts';
import { matchesEtag } from './read/etag.ts';
import { type RenderCounts, Renderer } from './read/renderer.ts';
import type { Revisions } from './read/revisions.ts';
import { missing, View, type ViewParts } from './read/view.ts';
import type { Declaration } from './resource.ts';
import { exists, linkOf, readMethods, type Target, Tree } from './tree.ts';
import { type Outcome, retryAfter, Writer } from './write/writer.ts';

export interface ServiceRequest {
  readonly method: string;
  /** Raw path, escapes and all, without the query. */
  readonly path: string;
  /** Raw query, without the question mark. */
  readonly query: string;
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  /** The Prefer header (RFC 7240). */
  readonly prefer?: string | undefined;
  readonly principal: Principal | null;
  /** IP address of the client. */
  readonly address: string;
  /** Reads the body, only when it is wanted. @throws RedfishError when it is too large or not JSON. */
  readonly body: () => Promise<Buffer>;
}

export interface ServiceReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Text, or its bytes in UTF-8. */
  readonly body: string | Buffer | null;
}

/** A write that was tried, for the audit log. */
export interface AuditRecord {
  readonly method: string;
  readonly target: string;
  readonly action: string | null;
  readonly userName: string | null;
  readonly address: string;
  readonly status: number;
  /** URI of what was created. */
  readonly created: string | null;
  /** MessageIds of a refusal. */
  readonly messages: readonly string[];
}

export interface ServiceOptions<A> {
  readonly app: A;
  readonly declarations: readonly Declaration<A>[];
  /** Counts the changes of everything that resources show. */
  readonly revisions: Revisions;
  /** What a client is told of an error that is not the protocol's own. */
  readonly refusalOf: (error: unknown) => RedfishError;
  /** Told of every write, refused ones included. Resolves once it is stored; never rejects. */
  readonly audit: (record: AuditRecord) => Promise<void>;
  /** What a task monitor stands for: the URI of its task, and the answer once it has ended; undefined for other paths. */
  readonly monitor?: (
    path: string,
  ) => { readonly task: string; readonly answer: ServiceReply | null } | undefined;
  /** Told of every resource that a client has created, changed or removed; never rejects. */
  readonly changed?: (change: ResourceChange) => Promise<void>;
}

/** A change of the tree that a client has made. */
export interface ResourceChange {
  readonly kind: 'created' | 'changed' | 'removed';
  readonly uri: string;
  readonly userName: string | null;
}

/** Somebody who holds no privilege but the least. */
const anybody: Principal = {
  ...{ account: '', accountUri: '', userName: '', role: '', session: null },
  privileges: new Set(['Login']),
  privilegesOverOthers: new Set(['Login']),
  ...{ certified: false, passwordChangeRequired: false },
};

const writeMethods: ReadonlySet<string> = new Set(['POST', 'PATCH', 'PUT', 'DELETE']);
const readOnly = readMethods.join(', ');
const actionMethods = 'POST, OPTIONS';
const monitorMethods = 'GET, HEAD, DELETE, OPTIONS';

export class Service<A> {
  readonly tree: Tree<A>;
  readonly #options: ServiceOptions<A>;
  readonly #parts: ViewParts<A>;
  readonly #writer: Writer<A>;

  constructor(options: ServiceOptions<A>) {
    const { app } = options;
    this.#options = options;
    this.tree = new Tree(options.declarations);
    const renderer = new Renderer(app, options.revisions);
    this.#parts = { app, tree: this.tree, renderer, access: new Access(app) };
    this.#writer = new Writer(this.#parts);
  }

  get renderCounts(): RenderCounts {
    return this.#parts.renderer.counts;
  }

  /** Whether a request needs no authentication; the HTTP layer asks before it demands any. */
  isOpen(method: string, path: string): boolean {
    const target = this.tree.locateFor(method, path);
    if (target === undefined) return false;
    if (method === 'POST') return target.kind === 'collection' && target.collection.create?.open === true;
    return target.entry.open && readMethods.includes(method);
  }

  /** Whether a path is that of a resource, a collection or an action, there or not. */
  knows(path: string): boolean {
    return this.tree.locate(path) !== undefined;
  }

  /** Whether a URI leads to a resource now; a collection is none. */
  hasResource(uri: string): boolean {
    const target = this.tree.locate(uri);
    return target?.kind === 'resource' && exists(target, this.#options.app);
  }

  /** The schema of what a URI stands for, there or not; null where it stands for nothing. */
  schemaAt(uri: string): string | null {
    const target = this.tree.locate(uri.replace(/#.*$/, ''));
    if (target?.kind === 'resource') return target.resource.schema;
    return target?.kind === 'collection' ? target.collection.schema : null;
  }

  /** What anybody who may log in is shown at a URI; undefined where there is nothing for them. */
  read(uri: string): JsonObject | undefined {
    const target = this.tree.locate(uri);
    if (target === undefined || target.kind === 'action' || !exists(target, this.#options.app))
      return undefined;
    if (!this.#parts.access.maySee(anybody, target)) return undefined;
    return new View(this.#parts, anybody, noQuery).show(target).rendered.object;
  }

  /** Answers a request; a read without waiting. @throws RedfishError for every refusal; anything else is a defect. */
  handle(request: ServiceRequest): ServiceReply | Promise<ServiceReply> {
    return writeMethods.has(request.method) ? this.#change(request) : this.#read(request);
  }

  #read(request: ServiceRequest): ServiceReply {
    const { method, path, principal } = request;
    const monitored = this.#options.monitor?.(path);
    const target = this.tree.locate(monitored?.task ?? path);
    this.#parts.access.demand(principal, method, target, readMethods.includes(method));
    if (target === undefined) throw missing(path);
    if (monitored !== undefined && method !== 'OPTIONS')
      return this.#monitor(request, target, monitored.answer);
    if (target.kind === 'action' || (method !== 'GET' && method !== 'HEAD')) {
      const Allow = this.#allow(target);
      if (method !== 'OPTIONS') throw notAllowed(Allow);
      return { status: 204, headers: { Allow, Link: linkOf(target) }, body: null };
    }
    const query = parseQuery(request.query);
    const { rendered, link, location } = new View(this.#parts, principal, query).show(target);
    const { etag, exact, allow } = rendered;
    const headers: Record<string, string> = { Allow: allow, ETag: etag, Link: link };
    if (location !== undefined) headers['Content-Location'] = location;
    // Where readings are left out of the ETag, a client that holds it may hold old readings: it is shown the new ones.
    if (exact && request.ifNoneMatch !== undefined && matchesEtag(request.ifNoneMatch, etag)) {
      return { status: 304, headers, body: null };
    }
    return { status: 200, headers, body: rendered.body };
  }

  /** 202 with the task while the operation is under way, then what it answers itself (DSP0266 clause 7.14). */
  #monitor(request: ServiceRequest, target: Target<A>, answer: ServiceReply | null): ServiceReply {
    if (target.kind !== 'resource' || !exists(target, this.#options.app)) throw missing(request.path);
    if (answer !== null) {
      const { status, headers, body } = answer;
      return { status, headers: { Allow: monitorMethods, ...headers }, body };
    }
    const { rendered } = new View(this.#parts, request.principal, noQuery).show(target);
    const headers = { Allow: monitorMethods, Location: request.path, 'Retry-After': retryAfter };
    return { status: 202, headers, body: rendered.body };
  }

  async #change(given: ServiceRequest): Promise<ServiceReply> {
    // Who removes a monitor cancels its task.
    const monitored = given.method === 'DELETE' ? this.#options.monitor?.(given.path) : undefined;
    const request = monitored === undefined ? given : { ...given, path: monitored.task };
    const target = this.tree.locateFor(request.method, request.path);
    try {
      const outcome = await this.#write(request, target);
      const told = this.#announce(request, target, outcome);
      // Who made a change is known for as long as the change itself.
      await this.#audit(request, target, outcome.status, outcome.headers?.Location ?? null, []);
      await told;
      await outcome.stored;
      return this.#replyTo(outcome);
    } catch (error) {
      const { status, messages } = this.#options.refusalOf(error);
      void this.#audit(request, target, status, null, messages);
      throw error;
    }
  }

  async #write(request: ServiceRequest, target: Target<A> | undefined): Promise<Outcome> {
    const { method, principal, address } = request;
    const can =
      target !== undefined &&
      (target.kind === 'action' ? method === 'POST' : target.entry.methods.has(method)) &&
      target.kind !== 'actionInfo';
    const open = can && target.kind === 'collection' && target.collection.create?.open === true;
    if (!open) this.#parts.access.demand(principal, method, target, can);
    if (target === undefined) throw missing(request.path);
    const allow = this.#allow(target);
    if (!allow.split(', ').includes(method)) {
      // Others of its kind can be removed, this one never.
      const kept = method === 'DELETE' && can;
      throw kept
        ? new RedfishError([message('Base.ResourceCannotBeDeleted', [])], 405, { Allow: allow })
        : notAllowed(allow);
    }
    if (parseQuery(request.query) !== noQuery)
      throw new RedfishError([message('Base.QueryNotSupportedOnOperation', [])], 400);
    const { ifMatch, ifNoneMatch, prefer, body } = request;
    return this.#writer.write({ target, method, principal, address, ifMatch, ifNoneMatch, prefer, body });
  }

  /** Methods for what is at the target now. @throws RedfishError 404 */
  #allow(target: Target<A>): string {
    const { app, renderer } = this.#parts;
    if (!exists(target, app)) throw missing(target.uri);
    switch (target.kind) {
      case 'action':
        return actionMethods;
      case 'actionInfo':
        return readOnly;
      case 'collection':
        return target.entry.allow;
      case 'resource': {
        const model = target.resource.find(app, target.params);
        return renderer.resource(target.resource, model, target.params, target.uri).allow;
      }
    }
  }

  #replyTo(outcome: Outcome): ServiceReply {
    const headers: Record<string, string> = { ...outcome.headers };
    if (outcome.rendered) headers.ETag = outcome.rendered.etag;
    return { status: outcome.status, headers, body: outcome.body ?? outcome.rendered?.body ?? null };
  }

  /** An action says itself what it did. */
  async #announce(request: ServiceRequest, target: Target<A> | undefined, outcome: Outcome): Promise<void> {
    if (target === undefined || target.kind === 'action') return;
    const { method, principal } = request;
    const created = outcome.headers?.Location;
    const kind = method === 'POST' ? 'created' : method === 'DELETE' ? 'removed' : 'changed';
    const uri = kind === 'created' ? created : target.uri;
    if (uri === undefined) return;
    await this.#options.changed?.({ kind, uri, userName: principal?.userName ?? null });
  }

  async #audit(
    request: ServiceRequest,
    target: Target<A> | undefined,
    status: number,
    created: string | null,
    messages: readonly Message[],
  ): Promise<void> {
    // A login tells of itself, in the words for logins.
    if (target?.kind === 'collection' && target.collection.create?.open === true) return;
    await this.#options.audit({
      method: request.method,
      target: target?.kind === 'action' ? target.owner : (target?.uri ?? request.path),
      action: target?.kind === 'action' ? target.action : null,
      userName: request.principal?.userName ?? null,
      address: request.address,
      status,
      created,
      messages: messages.map((each) => each.MessageId),
    });
  }
}

const notAllowed = (allow: string) =>
  new RedfishError([message('Base.OperationNotAllowed', [])], 405, { Allow: allow });
