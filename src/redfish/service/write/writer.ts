/**
 * Every write: PATCH, POST to a collection, DELETE, actions. A request is checked whole before anything is touched; its
 * parts are then applied in order, and taken back when a later one fails. Writes to one resource never overlap, so that
 * comparing an ETag and writing are one step.
 */
import { message, RedfishError } from '../../../messages/messages.ts';
import type { Json } from '../json.ts';
import type { Principal } from '../principal.ts';
import { writableOf, writesOf } from '../read/annotations.ts';
import { matchesEtag } from '../read/etag.ts';
import type { Rendered } from '../read/rendered.ts';
import { missing, type ViewParts } from '../read/view.ts';
import type { Changes, Resource, Undo, WriteContext } from '../resource.ts';
import type { ActionTarget, CollectionTarget, ResourceTarget, Target } from '../tree.ts';
import { Accepted } from './accepted.ts';
import { withMessages } from './extended-info.ts';
import { parseJson } from './json.ts';
import { Preferences } from './preferences.ts';
import { Storing } from './storing.ts';
import { validateAction, validateCreate, validatePatch } from './validate.ts';

/** Seconds after which it is worth looking how an operation goes on. */
export const retryAfter = '1';

export interface WriteRequest<A> {
  readonly target: Target<A>;
  readonly method: string;
  readonly principal: Principal | null;
  readonly address: string;
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly prefer: string | undefined;
  readonly body: () => Promise<Buffer>;
}

/** A part of a PATCH that was in order and could not be carried out all the same; `cause` says why. */
export class WriteFailure extends Error {
  /** Paths of the properties that were not updated. */
  readonly properties: readonly string[];
  /** Why what had been written before could not be taken back; empty when it was. */
  readonly stuck: readonly unknown[];

  constructor(properties: readonly string[], cause: unknown, stuck: readonly unknown[]) {
    const undone = stuck.length === 0 ? '' : ', and what was written before it could not be taken back';
    super(`${properties.join(', ')} could not be written${undone}`, { cause });
    this.name = 'WriteFailure';
    this.properties = properties;
    this.stuck = stuck;
  }
}

export interface Outcome {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly rendered?: Rendered;
  /** Instead of what was rendered. */
  readonly body?: string;
  /** What must be durable before the answer. */
  readonly stored?: Promise<unknown>;
}

export class Writer<A> {
  readonly #parts: ViewParts<A>;
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(parts: ViewParts<A>) {
    this.#parts = parts;
  }

  /** @throws RedfishError with every fault of the request, WriteFailure; nothing has been changed then. */
  async write(request: WriteRequest<A>): Promise<Outcome> {
    const { target, method } = request;
    // Read before queueing, so that a slow client holds up nobody.
    const body = method === 'DELETE' ? Buffer.alloc(0) : await request.body();
    const perform = () => this.#perform(request, target, body).finally(() => this.#parts.renderer.written());
    // Creations that need no login, such as sessions, wait for no other: all clients would wait for those of one.
    if (target.kind === 'collection' && target.collection.create?.open === true) return perform();
    if (target.kind !== 'action') return this.#inTurn(target.uri, perform);
    const action = target.resource.actions?.[target.action];
    return action?.isOrdered === true ? perform() : this.#inTurn(target.owner, perform);
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
    const { app, renderer, access } = this.#parts;
    const { resource, params, uri } = target;
    const model = this.#find(target);
    const current = renderer.resource(resource, model, params, uri);
    demandMatch(request, current.etag);
    const writes = writesOf(resource, model, app);
    const { properties, allowable } = writableOf(writes, model, app);
    const body = parseJson(raw);
    const { changes, named, faults, unwritable } = validatePatch({
      ...{ schema: resource.schema, current: current.object, body, writable: properties, allowable },
    });
    // Authority over the whole resource came first; here it is asked for each property that is named.
    access.demandWrite(request.principal, target, named);
    const context = this.#context(request, uri, params);
    const wanted = writes
      .map((write) => ({ write, changes: only(changes, write.properties) }))
      .filter((part) => part.changes.size > 0);
    const found = [...faults];
    for (const { write, changes } of wanted)
      found.push(...((await write.check?.(model, changes, context)) ?? []));
    if (found.length > 0) throw new RedfishError([...found, ...unwritable], 400);
    if (wanted.length === 0)
      throw new RedfishError(unwritable.length > 0 ? unwritable : [message('Base.NoOperation', [])], 400);
    await this.#apply(model, wanted, context);
    const rendered = this.#again(target);
    const { headers } = context.preferences;
    if (unwritable.length === 0) return { status: 200, headers, rendered };
    // Properties that can never be written do not hold up the others, and are told of (DSP0266 clause 7.10).
    const told = JSON.stringify(withMessages(rendered.object, unwritable));
    return { status: 200, headers, rendered, body: told };
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
    for (const { write, changes } of parts) {
      try {
        const undo = await write.apply(model, changes, context);
        if (undo !== undefined) undos.unshift(undo);
      } catch (error) {
        const stuck: unknown[] = [];
        for (const undo of undos)
          await Promise.resolve()
            .then(undo)
            .catch((cause: unknown) => stuck.push(cause));
        if (error instanceof RedfishError && stuck.length === 0) throw error;
        throw new WriteFailure([...changes.keys()], error, stuck);
      }
    }
  }

  async #create(request: WriteRequest<A>, target: CollectionTarget<A>, raw: Buffer): Promise<Outcome> {
    const { create, members, exists } = target.collection;
    if (create === undefined) throw new RedfishError([message('Base.OperationNotAllowed', [])], 405);
    if (exists?.(this.#parts.app, target.params) === false) throw missing(target.uri);
    const { body, faults } = validateCreate({
      schema: members.schema,
      body: parseJson(raw),
      required: create.required,
      optional: create.optional,
      ...(create.allowable === undefined ? {} : { allowable: create.allowable }),
    });
    if (faults.length > 0) throw new RedfishError(faults, 400);
    const created = await create.run(body, this.#context(request, target.uri, target.params));
    const made = this.#parts.tree.locate(created.uri);
    const rendered = made?.kind === 'resource' ? this.#again(made) : undefined;
    const headers = { Location: created.uri, ...created.headers };
    if (rendered === undefined || created.messages === undefined) {
      return rendered === undefined ? { status: 201, headers } : { status: 201, headers, rendered };
    }
    const told = JSON.stringify(withMessages(rendered.object, created.messages));
    return { status: 201, headers, rendered, body: told };
  }

  async #remove(request: WriteRequest<A>, target: ResourceTarget<A>): Promise<Outcome> {
    const { resource, params, uri } = target;
    const model = this.#find(target);
    demandMatch(request, this.#parts.renderer.resource(resource, model, params, uri).etag);
    await resource.remove?.(model, this.#context(request, uri, params));
    const done = resource.removed?.();
    return done === undefined
      ? { status: 204 }
      : { status: 200, body: JSON.stringify({ '@Message.ExtendedInfo': [done] }) };
  }

  async #act(request: WriteRequest<A>, target: ActionTarget<A>, raw: Buffer): Promise<Outcome> {
    const model = this.#find(target);
    const action = target.resource.actions?.[target.action];
    if (action === undefined || action.when?.(model, this.#parts.app) === false) throw missing(target.uri);
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
    const context = this.#context(request, target.owner, target.params);
    const answer = await action.run(model, args, context);
    if (answer instanceof Accepted) return this.#accepted(answer, context.preferences.headers);
    const headers = action.location === undefined ? {} : { Location: action.location(args) };
    if (answer instanceof Storing) return { status: 204, headers, stored: answer.stored };
    return answer === undefined
      ? { status: 204, headers }
      : { status: 200, headers, body: JSON.stringify(answer) };
  }

  #accepted({ task, monitor }: Accepted, preferences: Outcome['headers']): Outcome {
    const made = this.#parts.tree.locate(task);
    const headers = { Location: monitor, 'Retry-After': retryAfter, ...preferences };
    return {
      ...{ status: 202, headers },
      ...(made?.kind === 'resource' ? { rendered: this.#again(made) } : {}),
    };
  }

  #find(target: Exclude<Target<A>, CollectionTarget<A>>): unknown {
    const model = target.resource.find(this.#parts.app, target.params);
    if (model === undefined) throw missing(target.uri);
    return model;
  }

  #again(target: ResourceTarget<A>): Rendered {
    const { renderer } = this.#parts;
    renderer.written();
    return renderer.resource(target.resource, this.#find(target), target.params, target.uri);
  }

  #context(request: WriteRequest<A>, uri: string, params: WriteContext<A>['params']): WriteContext<A> {
    const { principal, address } = request;
    const preferences = new Preferences(request.prefer);
    return { app: this.#parts.app, uri, params, principal, address, preferences };
  }
}

/** Of POST the standard asks no precondition: what it makes is new, and an action is no change of a representation. */
function demandMatch<A>({ ifMatch, ifNoneMatch }: WriteRequest<A>, etag: string): void {
  const stale = ifMatch !== undefined && !matchesEtag(ifMatch, etag);
  if (stale || (ifNoneMatch !== undefined && matchesEtag(ifNoneMatch, etag)))
    throw new RedfishError([message('Base.PreconditionFailed', [])], 412);
}

const only = (changes: Changes, paths: readonly string[]): Changes =>
  new Map<string, Json>(
    paths.flatMap((path) => {
      const value = changes.get(path);
      return value === undefined ? [] : [[path, value] as const];
    }),
  );
