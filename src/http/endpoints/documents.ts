/** Fixed documents: `/redfish`, `$metadata`, the OData service document, and the message registry of this project. */
import { ownRegistryUri } from '../../messages/own.ts';
import { digest, matchesEtag } from '../../redfish/service/read/etag.ts';
import { type Endpoint, endpoint, type Route } from '../endpoint.ts';
import { send } from '../reply.ts';

export interface Documents {
  /** XML of `$metadata`. */
  readonly metadata: string;
  /** JSON of the OData service document and of the registry. */
  readonly serviceDocument: string;
  readonly registry: string;
}

export function documents({ metadata, serviceDocument, registry }: Documents): readonly Route[] {
  const json = 'application/json';
  return [
    document('/redfish', null, json, '{"v1":"/redfish/v1/"}'),
    document('/redfish/v1/\\$metadata', null, 'application/xml', metadata),
    document('/redfish/v1/odata', null, json, serviceDocument),
    document(ownRegistryUri, 'Login', json, registry),
  ];
}

function document(path: string, privilege: Endpoint<string>['privilege'], type: string, text: string): Route {
  const ETag = digest(text);
  return endpoint({
    path,
    methods: ['GET', 'HEAD'],
    privilege,
    accept: type,
    find: () => text,
    handle: (ctx, { allow, target }) => {
      const known = ctx.headers['if-none-match'];
      if (known !== undefined && matchesEtag(known, ETag))
        return send(ctx, { status: 304, headers: { Allow: allow, ETag }, body: null });
      const headers = { Allow: allow, ETag, 'Content-Type': `${type}; charset=utf-8` };
      return send(ctx, { status: 200, headers, body: target });
    },
  });
}
