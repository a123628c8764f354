/** URIs of the schemas: which types belong where, and which characters a URI may have. */
import { facts, objectFact } from '../facts.ts';

interface Level {
  readonly next: Map<string, Level>;
  any?: Level;
  readonly types: Set<string>;
}

const level = (): Level => ({ next: new Map(), types: new Set() });

let index: Level | undefined;

/** All URI templates as a tree of segments. */
function templates(): Level {
  if (index !== undefined) return index;
  index = level();
  for (const key of Object.keys(facts().types)) {
    const fact = objectFact(key);
    for (const template of [...(fact?.uris ?? []), ...(fact?.deprecatedUris ?? [])]) {
      let place = index;
      for (const segment of template.split('/').filter(Boolean)) {
        if (segment.startsWith('{')) {
          place.any ??= level();
          place = place.any;
        } else {
          const next = place.next.get(segment) ?? level();
          place.next.set(segment, next);
          place = next;
        }
      }
      place.types.add(key);
    }
  }
  return index;
}

function* search(place: Level, segments: readonly string[], from: number): Generator<string> {
  const segment = segments[from];
  if (segment === undefined) {
    yield* place.types;
    return;
  }
  const next = place.next.get(segment);
  if (next) yield* search(next, segments, from + 1);
  if (place.any) yield* search(place.any, segments, from + 1);
}

/** `Schema.Type` of what the schemas place at a URI; none for a URI of a vendor. */
export function typesAt(uri: string): ReadonlySet<string> {
  return new Set(search(templates(), uri.split('/').filter(Boolean), 0));
}

/** Whether a template such as `/redfish/v1/Chassis/{ChassisId}` matches a URI. */
export function matches(template: string, uri: string): boolean {
  const parts = template.split('/').filter(Boolean);
  const segments = uri.split('/').filter(Boolean);
  return (
    parts.length === segments.length &&
    parts.every((part, at) => part.startsWith('{') || part === segments[at])
  );
}

/** What a link's URI has that DSP0266 "Universal Resource Identifiers" and RFC 3986 do not allow. */
export function uriFault(uri: string): string | undefined {
  if (/%2f/i.test(uri)) return 'has a percent-encoded slash';
  const bad = /[^A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]/.exec(uri)?.[0];
  if (bad !== undefined) return `has the character ${JSON.stringify(bad)}, which has to be percent-encoded`;
  return /%(?![0-9a-fA-F]{2})/.test(uri) ? 'has a percent sign without two digits' : undefined;
}
