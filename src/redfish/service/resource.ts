/**
 * What a resource is: a declaration. It says where it lives, of which schema it is, what it shows and what may be
 * done to it. Privileges, HEAD, OPTIONS, Allow, ETags, preconditions, queries, paging, validation, error bodies and
 * audit belong to the service and are never written in a resource.
 *
 * `A` is what the daemon gives its resources to work with; the service passes it through and looks at nothing in it.
 * `M` is the thing one resource shows.
 */

import type { Message } from '../../messages/messages.ts';
import type { odataType } from '../generated/versions.ts';
import type { Json, JsonObject } from './json.ts';
import type { Principal } from './principal.ts';
import type { Filter } from './query/filter.ts';
import type { Accepted } from './write/accepted.ts';
import type { Preferences } from './write/preferences.ts';
import type { Storing } from './write/storing.ts';

export type SchemaName = keyof typeof odataType;
export type Params = Readonly<Record<string, string>>;
/** Where a resource stands: what its body needs to write links. */
export interface Place<A> {
  readonly app: A;
  readonly uri: string;
  readonly params: Params;
}

/** The circumstances of a write. */
export interface WriteContext<A> extends Place<A> {
  /** Null only where a resource may be created without authentication (login). */
  readonly principal: Principal | null;
  /** IP address of the client. */
  readonly address: string;
  readonly preferences: Preferences;
}

/** Takes a write back; called when a later part of the same request fails. */
export type Undo = () => void | Promise<void>;

/** Validated properties of a request, by slash-separated path: `Boot/BootSourceOverrideTarget`. */
export interface Changes {
  readonly size: number;
  get(path: string): Json | undefined;
  has(path: string): boolean;
  keys(): Iterable<string>;
  [Symbol.iterator](): Iterator<[string, Json]>;
}

/** Properties that are written together, by one function. */
export interface Write<A, M> {
  readonly properties: readonly string[];
  /** Properties of this write that the resource at hand does not let be written, although its schema does. */
  unless?(model: M, app: A): boolean;
  /** Values of a string property that make sense here, when fewer than the schema lists. */
  allowable?(model: M, app: A): Readonly<Record<string, readonly string[] | undefined>>;
  /** What is wrong with these values beyond what the schema says; nothing has been written yet. */
  check?(
    model: M,
    changes: Changes,
    context: WriteContext<A>,
  ): readonly Message[] | Promise<readonly Message[]>;
  apply(model: M, changes: Changes, context: WriteContext<A>): undefined | Undo | Promise<undefined | Undo>;
}

export interface ActionParameter<M> {
  readonly type: 'String' | 'Boolean' | 'Number' | 'NumberArray' | 'StringArray' | 'Object' | 'ObjectArray';
  readonly required?: boolean;
  /** Values that this resource accepts, numbers as text; others are refused with ActionParameterValueNotInList. */
  allowable?(model: M): readonly string[];
  /** Regular expression of a whole string; others are refused with ActionParameterValueFormatError. */
  readonly pattern?: string;
}

export interface Action<A, M> {
  readonly parameters: Readonly<Record<string, ActionParameter<M>>>;
  /** Left out of a resource for which this says false. */
  when?(model: M, app: A): boolean;
  /** URI that the Location header of a success names. */
  location?(args: JsonObject): string;
  /** What performs it orders such requests itself: they do not wait for earlier writes of the resource, nor delay later ones. */
  readonly isOrdered?: boolean;
  /** Resolves with the body of the answer, if there is one, or with where it goes on. */
  run(
    model: M,
    args: JsonObject,
    context: WriteContext<A>,
  ): Promise<JsonObject | Accepted | Storing | undefined>;
}

/** What a successful creation tells the client beyond the new resource itself. */
export interface Created {
  readonly uri: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly messages?: readonly Message[];
}

export interface Creation<A> {
  /** No authentication is needed (login). */
  readonly open?: boolean;
  readonly required: readonly string[];
  /** Names, and paths of read-only properties deeper down that a new member can be given: `Wildcards/Name`. */
  readonly optional: readonly string[];
  /** Values of a string property that make sense here, when fewer than the schema lists. */
  readonly allowable?: Readonly<Record<string, readonly string[]>>;
  run(body: JsonObject, context: WriteContext<A>): Created | Promise<Created>;
}

/** What of a collection is asked for that is not held in memory. */
export interface PageRequest {
  readonly skip: number;
  readonly top: number;
  /** Only what comes after the member of this id, which may be gone by now. */
  readonly after?: string;
  readonly filter?: Filter;
}

/** A page of members for collections that are not held in memory. */
export interface MemberPage {
  /** All members that pass the filter, on whatever page. */
  readonly total: number;
  readonly ids: readonly string[];
}

export interface Resource<A, M = unknown> {
  /** URI template; `{Name}` stands for one segment. */
  readonly uri: string;
  readonly schema: SchemaName;
  /** The thing at `params`, or undefined when there is none (404). */
  find(app: A, params: Params): M | undefined;
  /** Values of the last template parameter that exist, in order; for resources that are members of a collection. */
  ids?(app: A, params: Params): readonly string[];
  /** Properties beside `@odata.*` and `Actions`; `Id` defaults to the last segment of the URI. */
  body(model: M, place: Place<A>): JsonObject;
  /** Which of the excerpts that its schema has (`Power`) stands for this body; only where there are several. */
  excerpt?(body: JsonObject): string | undefined;
  readonly writes?: readonly Write<A, M>[];
  readonly actions?: Readonly<Record<string, Action<A, M>>>;
  remove?(model: M, context: WriteContext<A>): void | Promise<void>;
  /** The message of the answer to a DELETE, 200; without one it is 204. */
  removed?(): Message;
  /** False for one that can never be removed, although others of its kind can. */
  removable?(model: M): boolean;
  /** Readable without authentication (the service root). */
  readonly open?: boolean;
  /** The account that this resource belongs to: ConfigureSelf counts for it. */
  owner?(model: M): string | null;
  /** Hidden state that must move the ETag, such as a password. */
  revision?(model: M): number | string;
  /** Property names, beside the readings and clocks every schema knows, that do not move the ETag. */
  readonly volatile?: readonly string[];
  /**
   * What the body shows beside settings and the state of parts: readings, or a clock in whole seconds. A rendered body is
   * kept until something of that kind changes.
   */
  readonly shows?: 'state' | 'readings' | 'time';
  /** Shows readings of parts outside its own chassis or system too. */
  readonly spans?: boolean;
  /** Shows what changes without notice: never kept. */
  readonly live?: boolean;
  /**
   * Revision of everything that a resource shows, where its model counts that by itself: it is kept until this number or the
   * model is another one, whatever else changes. Goes before `shows`, `spans` and `live`.
   */
  stamp?(model: M, app: A): number;
}

/** A collection of the resources that `members` declares. */
export interface Collection<A> {
  readonly uri: string;
  readonly schema: SchemaName;
  readonly name: string;
  readonly description?: string;
  readonly members: Resource<A>;
  readonly create?: Creation<A>;
  /** False where the collection is absent for these parameters; by default it is there. */
  exists?(app: A, params: Params): boolean;
  /** Members are shown whole, not as links (log entries). */
  readonly expanded?: boolean;
  /**
   * Pages straight from a store; undefined for a filter that the store cannot work out. Without it, `members.ids` is
   * asked for all.
   */
  page?(app: A, params: Params, request: PageRequest): MemberPage | undefined;
  /** Largest page, when the client asks for no smaller one. */
  readonly maxPage?: number;
}

/** Any resource or collection, whatever it shows: the form in which the service holds them. */
export type Declaration<A> =
  | { readonly kind: 'resource'; readonly resource: Resource<A> }
  | { readonly kind: 'collection'; readonly collection: Collection<A> };
