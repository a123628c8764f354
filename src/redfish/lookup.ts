/** Resources by URI, for the parts of the daemon that the service itself is built of: events, telemetry, logs. */
import type { JsonObject } from './service/json.ts';

/** The part of the service that finds resources; `Service` documents each. */
export interface ResourceFinder {
  hasResource(uri: string): boolean;
  schemaAt(uri: string): string | null;
  read(uri: string): JsonObject | undefined;
}

/** Finds nothing until the service is attached: nothing is served before. */
export class ResourceLookup {
  #finder: ResourceFinder | undefined;

  attach(finder: ResourceFinder): void {
    this.#finder = finder;
  }

  /** Whether a URI leads to a resource now. */
  exists(uri: string): boolean {
    return this.#finder?.hasResource(uri) ?? false;
  }

  /** The schema of a URI, whether its resource exists or not; null for a URI of no schema. */
  schemaOf(uri: string): string | null {
    return this.#finder?.schemaAt(uri) ?? null;
  }

  /** What a user with no privilege but Login sees at a URI; undefined where that is nothing. */
  read(uri: string): JsonObject | undefined {
    return this.#finder?.read(uri);
  }
}
