/**
 * How a resource is declared: as `resource.ts` has it, with every name typed from the specification. Body and writable
 * properties follow from the schema (CSDL), parameters of the URI from its template, the model from `find`. What is
 * checked here is forgotten afterwards: the service holds declarations of any schema.
 */
import type { ActionParameters, Bodies, Writables } from '../generated/types.ts';
import type { Json, JsonObject } from './json.ts';
import type * as untyped from './resource.ts';
import type { Accepted } from './write/accepted.ts';
import type { Storing } from './write/storing.ts';

type SchemaName = keyof Bodies;

/** Parameters of a URI template: `{ ChassisId: string }`. */
export type ParamsOf<U extends string> = { readonly [P in ParamNames<U>]: string };
type ParamNames<U extends string> = U extends `${string}{${infer P}}${infer Rest}`
  ? P | ParamNames<Rest>
  : never;

/** Parameters of the URI of a member's collection: the last one is not known there. */
type OuterParamsOf<U extends string> = { readonly [P in OuterNames<U>]: string };
type OuterNames<U extends string, Found = never> = U extends `${string}{${infer P}}${infer Rest}`
  ? Rest extends `${string}{${string}`
    ? OuterNames<Rest, Found | P>
    : Found
  : Found;

/** Where a resource stands: what its body needs to write links. */
export interface Place<A, P = object> {
  readonly app: A;
  readonly uri: string;
  readonly params: P;
}

/** The circumstances of a write. */
export type WriteContext<A, P = object> = Place<A, P> & Omit<untyped.WriteContext<A>, 'params'>;

/** Validated properties of a request, by slash-separated path. */
export interface Changes<W> {
  readonly size: number;
  get<P extends keyof W>(path: P): W[P] | undefined;
  has(path: keyof W): boolean;
  keys(): Iterable<string>;
  [Symbol.iterator](): Iterator<[string, Json]>;
}

type Paths<S extends SchemaName> = keyof Writables[S] & string;

/** Properties that are written together, by one function. Documented in `resource.ts`. */
export interface Write<A, M, S extends SchemaName, P = object> {
  readonly properties: readonly Paths<S>[];
  unless?(model: M, app: A): boolean;
  allowable?(model: M, app: A): { readonly [Path in Paths<S>]?: readonly string[] };
  check?(
    model: M,
    changes: Changes<Writables[S]>,
    context: WriteContext<A, P>,
  ): ReturnType<NonNullable<untyped.Write<A, M>['check']>>;
  apply(
    model: M,
    changes: Changes<Writables[S]>,
    context: WriteContext<A, P>,
  ): ReturnType<untyped.Write<A, M>['apply']>;
}

type ActionName<S extends SchemaName> = keyof ActionParameters & `${S}.${string}`;

export interface Action<A, M, N extends keyof ActionParameters, P = object> {
  readonly parameters: keyof ActionParameters[N] extends never
    ? Readonly<Record<string, never>>
    : { readonly [Name in keyof ActionParameters[N]]?: untyped.ActionParameter<M> };
  when?(model: M, app: A): boolean;
  location?(args: ActionParameters[N]): string;
  readonly isOrdered?: boolean;
  run(
    model: M,
    args: ActionParameters[N],
    context: WriteContext<A, P>,
  ): Promise<JsonObject | Accepted | Storing | undefined>;
}

export interface Declared<A, U extends string, S extends SchemaName, M, B>
  extends Omit<
    untyped.Resource<A, M>,
    'uri' | 'schema' | 'find' | 'ids' | 'body' | 'excerpt' | 'writes' | 'actions' | 'remove'
  > {
  readonly uri: U;
  readonly schema: S;
  ids?(app: A, params: OuterParamsOf<U>): readonly string[];
  find(app: A, params: ParamsOf<U>): M | undefined;
  body(model: M, place: Place<A, ParamsOf<U>>): B;
  excerpt?(body: Bodies[S]): string | undefined;
  readonly writes?: readonly Write<A, M, NoInfer<S>, ParamsOf<U>>[];
  readonly actions?: { readonly [N in ActionName<S>]?: Action<A, M, N, ParamsOf<U>> };
  remove?(model: M, context: WriteContext<A, ParamsOf<U>>): void | Promise<void>;
}

/** A body must be declared to be that of its schema: only then does a name that the schema lacks not compile. */
type Annotated<B, Body> = Body extends B
  ? unknown
  : { readonly body: 'annotate its result with the body type of the schema' };

type Given<T, K extends keyof T> = T & { readonly [P in K]-?: NonNullable<T[P]> };
/** Properties that a new member can be given; of what is deeper down, its path. */
type Optional<S extends SchemaName> = (keyof Bodies[S] | Paths<S>) & string;

/** What POST to a collection takes. Documented in `resource.ts`. */
export interface Creation<A, S extends SchemaName, R extends keyof Bodies[S] & string, P = object>
  extends Pick<untyped.Creation<A>, 'open' | 'allowable'> {
  readonly required: readonly R[];
  readonly optional: readonly (Optional<S> | `${Optional<S>}/${string}`)[];
  run(
    body: Given<Partial<Bodies[S]>, R>,
    context: WriteContext<A, P>,
  ): untyped.Created | Promise<untyped.Created>;
}

export interface DeclaredCollection<
  A,
  U extends string,
  S extends SchemaName,
  R extends keyof Bodies[S] & string,
> extends Omit<untyped.Collection<A>, 'uri' | 'members' | 'create' | 'exists' | 'page'> {
  readonly uri: U;
  readonly members: DeclaredResource<A, S>;
  readonly create?: Creation<A, S, R, ParamsOf<U>>;
  exists?(app: A, params: ParamsOf<U>): boolean;
  page?(app: A, params: ParamsOf<U>, request: untyped.PageRequest): untyped.MemberPage | undefined;
}

/** A declared resource, whose schema is still known: its collection takes the names of its properties. */
export interface DeclaredResource<A, S extends SchemaName> extends untyped.Resource<A> {
  readonly schema: S;
}

/** The functions that declare the resources of a service; `A` is what they work with. */
export function declaring<A>() {
  function resource<const U extends string, S extends SchemaName, M, B extends Bodies[S]>(
    declaration: Declared<A, U, S, M, B> & Annotated<B, Bodies[S]>,
  ): DeclaredResource<A, S>;
  function resource(declaration: untyped.Resource<A>): untyped.Resource<A> {
    return declaration;
  }

  function collection<
    const U extends string,
    S extends SchemaName,
    R extends keyof Bodies[S] & string = never,
  >(declaration: DeclaredCollection<A, U, S, R>): untyped.Collection<A>;
  function collection(declaration: untyped.Collection<A>): untyped.Collection<A> {
    return declaration;
  }

  return { resource, collection };
}
