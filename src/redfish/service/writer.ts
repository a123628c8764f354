/**
 * Every write: PATCH, POST to a collection, DELETE, actions. A request is checked whole before anything is touched; its
 * parts are then applied in order, and taken back when a later one fails. Writes to one resource never overlap, so that
 * comparing an ETag and writing are one step.
 */
import { type Message, message, RedfishError } from '../registries/messages.ts';
import { matchesEtag } from './etag.ts';
import { parseJson } from './json.ts';
import { Preferences } from './preferences.ts';
import type { Principal } from './principal.ts';
import { type Rendered, type Renderer, writesOf } from './renderer.ts';
import type { Changes, Json, Resource, Undo, WriteContext } from './resource.ts';
import type { ActionTarget, CollectionTarget, ResourceTarget, Target, Tree } from './tree.ts';
import { validateAction, validateCreate, validatePatch } from './validate.ts';

export interface WriteRequest<A> {
  readonly target: Target<A>;
  readonly method: string;
  readonly principal: Principal | null;
  readonly address: string;
  readonly ifMatch: string | undefined;
  readonly prefer: string | undefined;
  readonly body: () => Promise<Buffer>;
  /** Whether this client may write that property. */
  readonly may: (property: string) => boolean;
}

export interface Outcome {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly rendered?: Rendered;
  /** Instead of what was rendered. */
  readonly body?: string;
}

export class Writer<A> {
  readonly #app: A;
  readonly #renderer: Renderer<A>;
  readonly #tree: Tree<A>;
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(app: A, renderer: Renderer<A>, tree: Tree<A>) {
    this.#app = app;
    this.#renderer = renderer;
    this.#tree = tree;
  }

  /** @throws RedfishError with every fault of the request; nothing has been changed then. */
  async write(request: WriteRequest<A>): Promise<Outcome> {
    const { target, method } = request;
    // Read before queueing, so that a slow client holds up nobody.
    const body = method === 'DELETE' ? Buffer.alloc(0) : await request.body();
    const uri = target.kind === 'action' ? target.owner : target.uri;
    return this.#inTurn(uri, () => this.#perform(request, target, body));
  }

  #perform(request: WriteRequest<A>, target: Target<A>, body: Buffer): Promise<Outcome> {
    switch (target.kind) {
      case 'action':
        return this.#act(request, target, body);
      case 'collection':
        return this.#create(request, target, body);
      case 'resource':
        return request.method === 'DELETE'
          ? this.#remove(request, target)
          : this.#patch(request, target, body);
      case 'actionInfo':
        throw new RedfishError([message('Base.OperationNotAllowed', [])], 405);
    }
  }

  /** Runs `job` after every earlier write to `uri`. */
  async #inTurn<T>(uri: string, job: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(uri) ?? Promise.resolve();
    const mine = before.then(job, job);
    const settled = mine.catch(() => undefined);
    this.#queues.set(uri, settled);
    try {
      return await mine;
    } finally {
      if (this.#queues.get(uri) === settled) this.#queues.delete(uri);
    }
  }

  async #patch(request: WriteRequest<A>, target: ResourceTarget<A>, raw: Buffer): Promise<Outcome> {
    const { resource } = target;
    const model = this.#find(target);
    const current = this.#renderer.resource(resource, model, target.params, target.uri);
    demandMatch(request.ifMatch, current.etag);
    const writes = writesOf(resource, model, this.#app);
    const writable = new Set(writes.flatMap((write) => write.properties));
    const allowable = Object.assign({}, ...writes.map((write) => write.allowable?.(model, this.#app) ?? {}));
    const result = validatePatch({
      schema: resource.schema,
      current: current.object,
      body: parseJson(raw),
      writable,
      allowable,
    });
    const context = this.#context(request, target.uri, target.params);
    const faults: Message[] = [...result.faults];
    // Authority over the whole resource came first; here it is asked for each property that is named.
    if ([...result.changes.keys()].some((path) => !request.may(path))) {
      throw new RedfishError([message('Base.InsufficientPrivilege', [])], 403);
    }
    const parts = writes.map((write) => ({ write, changes: only(result.changes, write.properties) }));
    const wanted = parts.filter(({ changes }) => changes.size > 0);
    for (const { write, changes } of wanted)
      faults.push(...((await write.check?.(model, changes, context)) ?? []));
    if (faults.length > 0) throw new RedfishError(faults, 400);
    if (wanted.length === 0) throw new RedfishError([message('Base.NoOperation', [])], 400);
    await this.#apply(model, wanted, context);
    return { status: 200, headers: context.preferences.headers, rendered: this.#again(target) };
  }

  /** All or nothing: whatever was written is taken back when a later part fails. */
  async #apply(
    model: unknown,
    parts: readonly {
      readonly write: NonNullable<Resource<A>['writes']>[number];
      readonly changes: Changes;
    }[],
    context: WriteContext<A>,
  ): Promise<void> {
    const undos: Undo[] = [];
    try {
      for (const { write, changes } of parts) {
        const undo = await write.apply(model, changes, context);
        if (undo !== undefined) undos.unshift(undo);
      }
    } catch (error) {
      const stuck: unknown[] = [];
      for (const undo of undos)
        await Promise.resolve()
          .then(undo)
          .catch((cause: unknown) => stuck.push(cause));
      if (stuck.length > 0)
        throw new AggregateError([error, ...stuck], 'a write failed, and so did taking it back');
      throw error;
    }
  }

  async #create(request: WriteRequest<A>, target: CollectionTarget<A>, raw: Buffer): Promise<Outcome> {
    const { create, members, exists } = target.collection;
    if (create === undefined) throw new RedfishError([message('Base.OperationNotAllowed', [])], 405);
    if (exists?.(this.#app, target.params) === false) throw missing(target.uri);
    const { body, faults } = validateCreate({
      schema: members.schema,
      body: parseJson(raw),
      required: create.required,
      optional: create.optional,
      ...(create.allowable === undefined ? {} : { allowable: create.allowable }),
    });
    if (faults.length > 0) throw new RedfishError(faults, 400);
    const created = await create.run(body, this.#context(request, target.uri, target.params));
    const made = this.#tree.locate(created.uri);
    const rendered = made?.kind === 'resource' ? this.#again(made) : undefined;
    const headers = { Location: created.uri, ...created.headers };
    if (rendered === undefined || created.messages === undefined) {
      return rendered === undefined ? { status: 201, headers } : { status: 201, headers, rendered };
    }
    const annotated = JSON.stringify({ ...rendered.object, '@Message.ExtendedInfo': created.messages });
    return { status: 201, headers, rendered, body: annotated };
  }

  async #remove(request: WriteRequest<A>, target: ResourceTarget<A>): Promise<Outcome> {
    const model = this.#find(target);
    demandMatch(
      request.ifMatch,
      this.#renderer.resource(target.resource, model, target.params, target.uri).etag,
    );
    await target.resource.remove?.(model, this.#context(request, target.uri, target.params));
    return { status: 204 };
  }

  async #act(request: WriteRequest<A>, target: ActionTarget<A>, raw: Buffer): Promise<Outcome> {
    const model = this.#find(target);
    const action = target.resource.actions?.[target.action];
    if (action === undefined || action.when?.(model, this.#app) === false) throw missing(target.uri);
    const parameters = Object.entries(action.parameters).map(([name, facts]) => ({
      name,
      type: facts.type,
      required: facts.required === true,
      allowable: facts.allowable?.(model),
      pattern: facts.pattern,
    }));
    // An action without parameters may come without a body.
    const body = raw.length === 0 ? {} : parseJson(raw);
    const { args, faults } = validateAction({ action: target.action, parameters, body });
    if (faults.length > 0) throw new RedfishError(faults, 400);
    const answer = await action.run(model, args, this.#context(request, target.owner, target.params));
    const headers = action.location === undefined ? {} : { Location: action.location(args) };
    return answer === undefined
      ? { status: 204, headers }
      : { status: 200, headers, body: JSON.stringify(answer) };
  }

  #find(target: Exclude<Target<A>, CollectionTarget<A>>): unknown {
    const model = target.resource.find(this.#app, target.params);
    if (model === undefined) throw missing(target.uri);
    return model;
  }

  #again(target: ResourceTarget<A>): Rendered {
    return this.#renderer.resource(target.resource, this.#find(target), target.params, target.uri);
  }

  #context(request: WriteRequest<A>, uri: string, params: WriteContext<A>['params']): WriteContext<A> {
    const { principal, address } = request;
    return { app: this.#app, uri, params, principal, address, preferences: new Preferences(request.prefer) };
  }
}

const missing = (uri: string) => new RedfishError([message('Base.ResourceMissingAtURI', [uri])], 404);

/** @throws RedfishError 412 */
function demandMatch(field: string | undefined, etag: string): void {
  if (field !== undefined && !matchesEtag(field, etag)) {
    throw new RedfishError([message('Base.PreconditionFailed', [])], 412);
  }
}

const only = (changes: Changes, paths: readonly string[]): Changes =>
  new Map<string, Json>(
    paths.flatMap((path) => {
      const value = changes.get(path);
      return value === undefined ? [] : [[path, value] as const];
    }),
  );
