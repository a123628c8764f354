/** Finds the declaration for a path by walking its segments; static segments win over parameters. */
import type { Params } from './resource.ts';

interface Branch<T> {
  readonly fixed: Map<string, Branch<T>>;
  parameter: { readonly name: string; readonly branch: Branch<T> } | undefined;
  value: T | undefined;
}

const branch = <T>(): Branch<T> => ({ fixed: new Map(), parameter: undefined, value: undefined });

export interface Match<T> {
  readonly value: T;
  readonly params: Params;
}

export class Router<T> {
  readonly #root: Branch<T> = branch();

  /** @throws Error when two declarations claim one template: a mistake of the programmer. */
  add(template: string, value: T): void {
    let at = this.#root;
    for (const segment of segments(template)) {
      if (segment.startsWith('{')) {
        const name = segment.slice(1, -1);
        at.parameter ??= { name, branch: branch() };
        if (at.parameter.name !== name) {
          throw new Error(`${template}: parameter {${name}} stands where {${at.parameter.name}} does`);
        }
        at = at.parameter.branch;
      } else {
        let next = at.fixed.get(segment);
        if (next === undefined) {
          next = branch();
          at.fixed.set(segment, next);
        }
        at = next;
      }
    }
    if (at.value !== undefined) throw new Error(`${template} is declared twice`);
    at.value = value;
  }

  match(path: readonly string[]): Match<T> | undefined {
    let at = this.#root;
    const params: Record<string, string> = {};
    for (const segment of path) {
      const fixed = at.fixed.get(segment);
      if (fixed !== undefined) {
        at = fixed;
      } else if (at.parameter !== undefined) {
        params[at.parameter.name] = segment;
        at = at.parameter.branch;
      } else {
        return undefined;
      }
    }
    return at.value === undefined ? undefined : { value: at.value, params };
  }
}

const segments = (template: string): string[] => template.split('/').filter((segment) => segment !== '');

/**
 * The decoded segments of a request path, or undefined when no resource can live there: empty segments, dot segments,
 * control characters, and escapes that are not UTF-8 name nothing. One trailing slash is allowed.
 */
export function pathSegments(path: string): string[] | undefined {
  if (!path.startsWith('/')) return undefined;
  const raw = path.slice(1).split('/');
  if (raw.at(-1) === '') raw.pop();
  const decoded: string[] = [];
  for (const segment of raw) {
    let text = segment;
    if (segment.includes('%')) {
      try {
        text = decodeURIComponent(segment);
      } catch {
        return undefined;
      }
    }
    // An id never holds a slash or a control character, so such a segment is somebody's probe.
    if (text === '' || text === '.' || text === '..' || /[\p{Cc}/\\]/u.test(text)) return undefined;
    decoded.push(text);
  }
  return decoded;
}

/** A template with its parameters filled in. */
export function fill(template: string, params: Params): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new Error(`${template}: no value for {${name}}`);
    return value;
  });
}

/** URI of one member of a collection, whose parameters these are. */
export const memberUri = (template: string, params: Params, id: string): string =>
  fill(template.slice(0, template.lastIndexOf('{')), params) + id;
