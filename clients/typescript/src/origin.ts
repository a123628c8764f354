/** URIs of the service: opaque, kept as they are written, and never of another origin. */
import { RedfishError } from './errors.ts';
import { idOf } from './json.ts';

/** A resource by its URI, by a link to it, or by itself as it was read. */
export type Reference = string | { readonly '@odata.id'?: string | undefined };

/** The URI of a reference. @throws RedfishError `usage` when an object has no `@odata.id` */
export function uriOf(reference: Reference): string {
  const uri = typeof reference === 'string' ? reference : idOf(reference);
  if (uri === undefined || uri === '')
    throw new RedfishError(
      'usage',
      'the reference has no @odata.id: give a URI, a link or a resource that was read',
    );
  return uri;
}

const absolute = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i;

/** The origin `scheme://host:port` of a service's URL, default ports written out. @throws RedfishError `usage` */
export function originOf(url: string): string {
  const text = absolute.test(url) ? url : `https://${url}`;
  if (!URL.canParse(text))
    throw new RedfishError('usage', `${url} is no URL of a service, such as https://bmc.example`);
  const { protocol, hostname, port } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:')
    throw new RedfishError(
      'usage',
      `${url}: a Redfish service is reached over https or http, not ${protocol}`,
    );
  return `${protocol}//${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
}

/** A target on the service, and whether the URI named another host. */
export interface Target {
  /** Path and query as written; the fragment is cut off. */
  readonly path: string;
  readonly foreign: boolean;
}

/** Splits a URI that the service gave. A relative one is completed from the path that named it. */
export function targetOf(origin: string, uri: string, base = '/'): Target {
  const [withoutFragment = ''] = uri.split('#', 1);
  const match = absolute.exec(withoutFragment);
  if (match) {
    const foreign = originOf(`${match[1]}://${match[2]}`) !== origin;
    return { path: match[3]?.startsWith('/') ? match[3] : `/${match[3] ?? ''}`, foreign };
  }
  if (withoutFragment.startsWith('//')) return { path: withoutFragment, foreign: true };
  if (withoutFragment.startsWith('/')) return { path: withoutFragment, foreign: false };
  return { path: `${base.slice(0, base.lastIndexOf('/') + 1)}${withoutFragment}`, foreign: false };
}

/** Adds a query to a URI that may have one, and before its fragment. */
export function withQuery(uri: string, query: readonly string[]): string {
  if (query.length === 0) return uri;
  const at = uri.indexOf('#');
  const path = at < 0 ? uri : uri.slice(0, at);
  return path + (path.includes('?') ? '&' : '?') + query.join('&') + (at < 0 ? '' : uri.slice(at));
}
