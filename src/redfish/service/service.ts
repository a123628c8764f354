/**
 * The Redfish protocol (DSP0266) over a set of declarations: it finds what a request means, who may do it and under which
 * precondition, and answers. It knows no resource.
 */
import { type Message, message, RedfishError } from '../registries/messages.ts';
import { CollectionView } from './collection.ts';
import { matchesEtag } from './etag.ts';
import { expand } from './expand.ts';
import type { Principal } from './principal.ts';
import { isAllowed } from './privileges.ts';
import { parseQuery, type Query } from './query.ts';
import { actionInfo, type Rendered, Renderer } from './renderer.ts';
import type { Declaration, JsonObject } from './resource.ts';
import { select } from './select.ts';
import { type ActionInfoTarget, type ActionTarget, type ResourceTarget, type Target, Tree } from './tree.ts';
import { type Outcome, Writer } from './writer.ts';

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
  readonly body: string | null;
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
  /** Grows with every change of anything that any resource shows. */
  readonly revision: () => number;
  /** What a client is told of an error that is not the protocol's own. */
  readonly refusalOf: (error: unknown) => RedfishError;
  /** Told of every write, refused ones included. */
  readonly audit: (record: AuditRecord) => void;
}

const writeMethods: ReadonlySet<string> = new Set(['POST', 'PATCH', 'PUT', 'DELETE']);

export class Service<A> {
  readonly tree: Tree<A>;
  readonly #options: ServiceOptions<A>;
  readonly #renderer: Renderer<A>;
  readonly #writer: Writer<A>;

  constructor(options: ServiceOptions<A>) {
    this.#options = options;
    this.tree = new Tree(options.declarations);
    this.#renderer = new Renderer(options.app, options.revision);
    this.#writer = new Writer(options.app, this.#renderer, this.tree);
  }

  /** Whether the path may be read without authentication; the HTTP layer asks before it demands any. */
  isOpen(method: string, path: string): boolean {
    const target = this.tree.locate(path);
    if (target === undefined) return false;
    if (method === 'POST') return target.kind === 'collection' && target.collection.create?.open === true;
    return target.entry.open && (method === 'GET' || method === 'HEAD' || method === 'OPTIONS');
  }

  /** Whether a URI leads to a resource now; a collection is none. */
  hasResource(uri: string): boolean {
    const target = this.tree.locate(uri);
    return (
      target?.kind === 'resource' && target.resource.find(this.#options.app, target.params) !== undefined
    );
  }

  /** Answers a request; a read without waiting. @throws RedfishError for every refusal; anything else is a defect. */
  handle(request: ServiceRequest): ServiceReply | Promise<ServiceReply> {
    return writeMethods.has(request.method) ? this.#change(request) : this.#read(request);
  }

  async #change(request: ServiceRequest): Promise<ServiceReply> {
    const target = this.tree.locate(request.path);
    try {
      const outcome = await this.#write(request, target);
      this.#audit(request, target, outcome.status, outcome.headers?.Location ?? null, []);
      return this.#replyTo(outcome);
    } catch (error) {
      const { status, messages } = this.#options.refusalOf(error);
      this.#audit(request, target, status, null, messages);
      throw error;
    }
  }

  #read(request: ServiceRequest): ServiceReply {
    const target = this.#target(request);
    const { entry } = target;
    const allow =
      target.kind === 'action' ? 'POST' : target.kind === 'actionInfo' ? 'GET, HEAD' : entry.allow;
    if (request.method === 'OPTIONS') {
      this.#authorize(request, target);
      return { status: 204, headers: { Allow: allow }, body: null };
    }
    const readable = request.method === 'GET' || request.method === 'HEAD';
    if (!readable || target.kind === 'action') throw notAllowed(allow);
    this.#authorize(request, target);
    const shown = this.#show(target, parseQuery(request.query), request.principal);
    const headers = { Allow: allow, ETag: shown.etag, Link: describedBy(target) };
    if (request.ifNoneMatch !== undefined && matchesEtag(request.ifNoneMatch, shown.etag)) {
      return { status: 304, headers, body: null };
    }
    return { status: 200, headers, body: shown.json };
  }

  #target(request: ServiceRequest): Target<A> {
    const target = this.tree.locate(request.path);
    if (target === undefined) throw missing(request.path);
    return target;
  }

  /** What a target shows to this client, with the query applied. @throws RedfishError 404, 400 */
  #show(
    target: Exclude<Target<A>, ActionTarget<A>>,
    query: Query,
    principal: Principal | null,
  ): { json: string; etag: string } {
    if (target.kind === 'collection') {
      const view = new CollectionView(this.#options.app, this.#renderer, target, (uri) =>
        this.#follow(uri, principal),
      );
      return view.show(query);
    }
    if (query.only || query.filter !== undefined || query.top !== undefined || query.skip !== undefined) {
      throw new RedfishError([message('Base.QueryNotSupportedOnResource', [])], 400);
    }
    const rendered = this.#render(target);
    if (query.expand === undefined && query.select === undefined) return rendered;
    let object: JsonObject = rendered.object;
    if (query.expand) object = expand(object, query.expand, (uri) => this.#follow(uri, principal));
    if (query.select) object = select(object, query.select);
    return { json: JSON.stringify(object), etag: rendered.etag };
  }

  /** @throws RedfishError 404 */
  #render(target: ResourceTarget<A> | ActionInfoTarget<A>): Rendered {
    if (target.kind === 'resource') {
      const cached = this.#renderer.cached(target.uri);
      if (cached !== undefined) return cached;
    }
    const model = target.resource.find(this.#options.app, target.params);
    if (model === undefined) throw missing(target.uri);
    return target.kind === 'resource'
      ? this.#renderer.resource(target.resource, model, target.params, target.uri)
      : actionInfo(target.resource, model, target.action, target.uri);
  }

  /** The body behind a link, or undefined when this client may not see it. */
  #follow(uri: string, principal: Principal | null): JsonObject | undefined {
    const target = this.tree.locate(uri);
    if (target === undefined || target.kind === 'action') return undefined;
    if (!target.entry.open && (principal === null || !this.#may(principal, 'GET', target))) return undefined;
    try {
      if (target.kind !== 'collection') return this.#render(target).object;
      const view = new CollectionView(this.#options.app, this.#renderer, target, (each) =>
        this.#follow(each, principal),
      );
      return view.object(parseQuery(''));
    } catch (error) {
      if (error instanceof RedfishError) return undefined;
      throw error;
    }
  }

  #may(principal: Principal, method: string, target: Target<A>, property?: string): boolean {
    const { schema, parents } = target.entry;
    const own = target.kind === 'resource' && this.#isOwn(principal, target);
    const { privileges } = principal;
    if (own || !privileges.has('ConfigureSelf'))
      return isAllowed(privileges, schema, method, { parents, property });
    // ConfigureSelf speaks of one's own account and sessions only.
    const others = new Set(privileges);
    others.delete('ConfigureSelf');
    return isAllowed(others, schema, method, { parents, property });
  }

  #isOwn(principal: Principal, target: ResourceTarget<A>): boolean {
    if (target.resource.owner === undefined) return false;
    const model = target.resource.find(this.#options.app, target.params);
    return model !== undefined && target.resource.owner(model) === principal.account;
  }

  /** @throws RedfishError 401, 403 */
  #authorize(request: ServiceRequest, target: Target<A>): void {
    const { method, principal } = request;
    if (target.entry.open && (method === 'GET' || method === 'HEAD' || method === 'OPTIONS')) return;
    if (principal === null) throw new RedfishError([message('Base.NoValidSession', [])], 401);
    const own = target.kind === 'resource' && this.#isOwn(principal, target);
    if (principal.passwordChangeRequired && !own) throw passwordChange(principal);
    const needed = method === 'OPTIONS' ? 'GET' : method;
    // A PATCH may be allowed by a privilege over the properties it names: the writer decides then.
    if (method === 'PATCH' && own) return;
    if (!this.#may(principal, needed, target))
      throw new RedfishError([message('Base.InsufficientPrivilege', [])], 403);
  }

  async #write(request: ServiceRequest, target: Target<A> | undefined): Promise<Outcome> {
    if (target === undefined) {
      if (request.principal === null) throw new RedfishError([message('Base.NoValidSession', [])], 401);
      throw missing(request.path);
    }
    const { method, principal, address } = request;
    const open = target.kind === 'collection' && method === 'POST' && target.collection.create?.open === true;
    if (!open) this.#authorize(request, target);
    const allowed =
      target.kind === 'action'
        ? method === 'POST'
        : target.kind !== 'actionInfo' && target.entry.methods.has(method);
    if (!allowed) throw notAllowed(target.kind === 'action' ? 'POST' : target.entry.allow);
    const query = parseQuery(request.query);
    if (query !== parseQuery(''))
      throw new RedfishError([message('Base.QueryNotSupportedOnOperation', [])], 400);
    const may = (property: string) => principal !== null && this.#may(principal, method, target, property);
    return this.#writer.write({
      target,
      method,
      principal,
      address,
      ifMatch: request.ifMatch,
      prefer: request.prefer,
      body: request.body,
      may,
    });
  }

  #replyTo(outcome: Outcome): ServiceReply {
    const headers: Record<string, string> = { ...outcome.headers };
    if (outcome.rendered) headers.ETag = outcome.rendered.etag;
    return { status: outcome.status, headers, body: outcome.body ?? outcome.rendered?.json ?? null };
  }

  #audit(
    request: ServiceRequest,
    target: Target<A> | undefined,
    status: number,
    created: string | null,
    messages: readonly Message[],
  ): void {
    // A login tells of itself, in the words for logins.
    if (target?.kind === 'collection' && target.collection.create?.open === true) return;
    this.#options.audit({
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

const missing = (uri: string) => new RedfishError([message('Base.ResourceMissingAtURI', [uri])], 404);
const notAllowed = (allow: string) =>
  new RedfishError([message('Base.OperationNotAllowed', [])], 405, { Allow: allow });
const passwordChange = (principal: Principal) =>
  new RedfishError([message('Base.PasswordChangeRequired', [principal.accountUri])], 403);

const describedBy = <A>(target: Target<A>): string => {
  const schema = target.kind === 'actionInfo' ? 'ActionInfo' : target.entry.schema;
  return `</redfish/v1/JsonSchemas/${schema}>; rel=describedby`;
};
