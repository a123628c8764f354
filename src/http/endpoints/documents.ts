/** Documents: `/redfish`, `$metadata`, the OData service document, the message registries, the JSON schemas. */
import { digest, matchesEtag } from '../../redfish/service/read/etag.ts';
import { type Endpoint, endpoint, type Route } from '../endpoint.ts';
import { send } from '../reply.ts';

export interface Documents {
  /** XML of `$metadata`. */
  readonly metadata: string;
  /** JSON of the OData service document. */
  readonly serviceDocument: string;
  /** JSON of the registry, or of the schema, that is at a path; undefined: there is none. */
  readonly registry: (path: string) => string | undefined;
  readonly schema: (path: string) => string | undefined;
}

export function documents({ metadata, serviceDocument, registry, schema }: Documents): readonly Route[] {
  const json = 'application/json';
  return [
    document('/redfish', null, json, () => '{"v1":"/redfish/v1/"}'),
    document('/redfish/v1/\\$metadata', null, 'application/xml', () => metadata),
    document('/redfish/v1/odata', null, json, () => serviceDocument),
    document('/redfish/v1/Registries/:Name/:File', 'Login', json, ({ Name = '', File = '' }) =>
      registry(`/redfish/v1/Registries/${Name}/${File}`),
    ),
    document('/redfish/v1/JsonSchemas/:Name/:File', 'Login', json, ({ Name = '', File = '' }) =>
      schema(`/redfish/v1/JsonSchemas/${Name}/${File}`),
    ),
  ];
}

function document(
  path: string,
  privilege: Endpoint<string>['privilege'],
  type: string,
  find: Endpoint<string>['find'],
): Route {
  return endpoint({
    path,
    methods: ['GET', 'HEAD'],
    privilege,
    accept: type,
    find,
    handle: (ctx, { allow, target }) => {
      const ETag = digest(target);
      const known = ctx.headers['if-none-match'];
      if (known !== undefined && matchesEtag(known, ETag))
        return send(ctx, { status: 304, headers: { Allow: allow, ETag }, body: null });
      const headers = { Allow: allow, ETag, 'Content-Type': `${type}; charset=utf-8` };
      return send(ctx, { status: 200, headers, body: target });
    },
  });
}
