/** The declarations of a service, and what a request path means among them. */

import { actionInfoUri } from './read/actions.ts';
import type { Collection, Declaration, Params, Resource, SchemaName } from './resource.ts';
import { pathSegments, Router } from './router.ts';

/** A declaration with what follows from it, worked out once. */
export interface Entry<A> {
  readonly declaration: Declaration<A>;
  readonly schema: SchemaName;
  /** Schemas of the resources above, nearest last: privileges can depend on them. */
  readonly parents: readonly SchemaName[];
  /** What may be asked of a collection; of a resource it depends on the one at hand. */
  readonly allow: string;
  readonly methods: ReadonlySet<string>;
  readonly open: boolean;
  /** Link header field that names the schema (DSP0266 clause 8.3). */
  readonly link: string;
}

interface Located<A> {
  readonly entry: Entry<A>;
  readonly params: Params;
  readonly uri: string;
}

export interface ResourceTarget<A> extends Located<A> {
  readonly kind: 'resource';
  readonly resource: Resource<A>;
}

export interface CollectionTarget<A> extends Located<A> {
  readonly kind: 'collection';
  readonly collection: Collection<A>;
}

interface OfAction<A> extends Located<A> {
  readonly resource: Resource<A>;
  /** URI of the resource that has the action. */
  readonly owner: string;
  readonly action: string;
}

export interface ActionTarget<A> extends OfAction<A> {
  readonly kind: 'action';
}

export interface ActionInfoTarget<A> extends OfAction<A> {
  readonly kind: 'actionInfo';
}

/** What a path names. `find` of a resource has not been asked yet. */
export type Target<A> = ResourceTarget<A> | CollectionTarget<A> | ActionTarget<A> | ActionInfoTarget<A>;

/** Whether there is at present what a target names. */
export function exists<A>(target: Target<A>, app: A): boolean {
  if (target.kind === 'collection') return target.collection.exists?.(app, target.params) !== false;
  const model = target.resource.find(app, target.params);
  if (model === undefined) return false;
  return target.kind === 'resource' || target.resource.actions?.[target.action]?.when?.(model, app) !== false;
}

export class Tree<A> {
  readonly #router = new Router<Entry<A>>();
  /** Paths that were found to name something; clients ask for the same few again and again. */
  readonly #known = new Map<string, Target<A>>();
  readonly entries: readonly Entry<A>[];

  constructor(declarations: readonly Declaration<A>[]) {
    const schemas = new Map(
      declarations.map((declaration) => [templateOf(declaration), schemaOf(declaration)]),
    );
    this.entries = declarations.map((declaration) => {
      const template = templateOf(declaration);
      const methods = methodsOf(declaration);
      const entry: Entry<A> = {
        declaration,
        schema: schemaOf(declaration),
        parents: prefixes(template).flatMap((prefix) => schemas.get(prefix) ?? []),
        methods,
        allow: [...methods].join(', '),
        open: declaration.kind === 'resource' && declaration.resource.open === true,
        link: describedBy(schemaOf(declaration)),
      };
      this.#router.add(template, entry);
      return entry;
    });
  }

  /**
   * What a request is for. A POST to the `Members` of a collection is one to the collection (DSP0266 clause 7.8); to
   * every other method that is a member called `Members`.
   */
  locateFor(method: string, path: string): Target<A> | undefined {
    const collection = method === 'POST' ? /^(.+)\/Members\/?$/.exec(path)?.[1] : undefined;
    const target = collection === undefined ? undefined : this.locate(collection);
    return target?.kind === 'collection' ? target : this.locate(path);
  }

  /** What `path` names, or undefined where nothing of the service can live. */
  locate(path: string): Target<A> | undefined {
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    const segments = pathSegments(path);
    if (segments === undefined) return undefined;
    const uri = segments.length === 2 ? `/${segments.join('/')}/` : `/${segments.join('/')}`;
    const target = this.#at(segments, uri) ?? this.#below(segments, uri);
    if (target !== undefined) {
      if (this.#known.size >= knownLimit) this.#known.clear();
      this.#known.set(path, target);
    }
    return target;
  }

  #at(segments: readonly string[], uri: string): Target<A> | undefined {
    const match = this.#router.match(segments);
    if (match === undefined) return undefined;
    const { value: entry, params } = match;
    return entry.declaration.kind === 'resource'
      ? { kind: 'resource', entry, resource: entry.declaration.resource, params, uri }
      : { kind: 'collection', entry, collection: entry.declaration.collection, params, uri };
  }

  /** `…/Actions/Name` and `…/NameActionInfo` belong to the declaration above them. */
  #below(segments: readonly string[], uri: string): Target<A> | undefined {
    const last = segments.at(-1);
    if (last === undefined) return undefined;
    if (segments.at(-2) === 'Actions') return this.#actionOf(segments.slice(0, -2), 'action', last, uri);
    const above = segments.slice(0, -1);
    return last.endsWith('ActionInfo') ? this.#actionOf(above, 'actionInfo', last, uri) : undefined;
  }

  #actionOf(
    owner: readonly string[],
    kind: 'action' | 'actionInfo',
    name: string,
    uri: string,
  ): Target<A> | undefined {
    const target = this.#at(owner, `/${owner.join('/')}`);
    if (target?.kind !== 'resource') return undefined;
    const actions = Object.keys(target.resource.actions ?? {});
    const action = actions.find((each) =>
      kind === 'action' ? each === name : actionInfoUri(target.uri, each) === uri,
    );
    if (action === undefined) return undefined;
    return {
      kind,
      entry: target.entry,
      resource: target.resource,
      params: target.params,
      owner: target.uri,
      action,
      uri,
    };
  }
}

/** Bounds what a client that makes up ids can have us remember. */
const knownLimit = 4096;

const templateOf = <A>(declaration: Declaration<A>): string =>
  declaration.kind === 'resource' ? declaration.resource.uri : declaration.collection.uri;
const schemaOf = <A>(declaration: Declaration<A>): SchemaName =>
  declaration.kind === 'resource' ? declaration.resource.schema : declaration.collection.schema;

const describedBy = (schema: SchemaName): string => `</redfish/v1/JsonSchemas/${schema}>; rel=describedby`;
const describesActions = describedBy('ActionInfo');

/** Link header field for what a target shows. */
export const linkOf = <A>(target: Target<A>): string =>
  target.kind === 'actionInfo' ? describesActions : target.entry.link;

/** What every resource can be asked for. */
export const readMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** All that some resource of this kind may be asked for. */
function methodsOf<A>(declaration: Declaration<A>): ReadonlySet<string> {
  const methods = new Set(readMethods);
  if (declaration.kind === 'resource') {
    if (declaration.resource.writes !== undefined) methods.add('PATCH');
    if (declaration.resource.remove !== undefined) methods.add('DELETE');
  } else if (declaration.collection.create !== undefined) {
    methods.add('POST');
  }
  return methods;
}

/** The templates above `/a/b/c`: `/a`, `/a/b`; the service root is written with its slash. */
function prefixes(template: string): string[] {
  const segments = template.split('/').filter((segment) => segment !== '');
  return segments.slice(0, -1).map((_, index) => `/${segments.slice(0, index + 1).join('/')}`);
}
