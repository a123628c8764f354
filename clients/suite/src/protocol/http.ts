/** Methods, headers, errors, ETags and logins. */

import { memberOf, textOf } from '../json/node.ts';
import type { Exchange } from '../recording.ts';
import {
  bodyOf,
  define,
  fail,
  get,
  messageKeys,
  notApplicable,
  pass,
  resourceOf,
  type Verdict,
  wants,
  warn,
} from './rule.ts';

const root = '/redfish/v1/';
const absent = '/redfish/v1/NoSuchResource';

/** An error body as DSP0266 "Error responses" wants it. */
function errorVerdict(exchange: Exchange): Verdict {
  const error = memberOf(bodyOf(exchange), 'error');
  if (error === undefined) return fail('the error has no JSON body with "error"', exchange);
  for (const name of ['code', 'message'])
    if (textOf(error, name) === undefined) return fail(`error.${name} is missing`, exchange);
  return messageKeys(exchange).length
    ? pass('the error is complete', exchange)
    : fail('the error has no @Message.ExtendedInfo', exchange);
}

const session = (name: string): string => `a resource of the schema ${name} was not read`;

export const httpRules = [
  define({
    ...{ id: 'PRO-H1', title: 'HEAD answers with the headers of GET, without a body', clause: 'HEAD' },
    check: async (service) => {
      const head = await service.send({ method: 'HEAD', uri: root });
      const full = await get(service, root);
      if (head.status !== 200) return wants(head, [200], 'HEAD');
      const names = ['content-type', 'odata-version', 'etag', 'allow'];
      const other = names.filter((name) => head.headers?.[name] !== full.headers?.[name]);
      return other.length
        ? fail(`HEAD and GET differ in ${other.join(', ')}`, head)
        : pass('the headers are the same', head);
    },
  }),
  define({
    ...{
      id: 'PRO-H2',
      title: 'A method that is not allowed is answered with 405 and Allow',
      clause: 'HTTP methods',
    },
    effect: 'write',
    check: async (service) => {
      const exchange = await service.send({ method: 'DELETE', uri: root });
      if (exchange.status !== 405) return wants(exchange, [405], 'DELETE of the service root');
      return exchange.headers?.allow
        ? pass('405 with Allow', exchange)
        : fail('405 comes without Allow', exchange, 'Allow');
    },
  }),
  define({
    ...{ id: 'PRO-H3', title: 'Accept without JSON is answered with 406', clause: 'Request headers: Accept' },
    check: async (service) => {
      const exchange = await get(service, root, { Accept: 'text/css' });
      return exchange.status === 406
        ? pass('406', exchange)
        : exchange.status < 500
          ? warn(`Accept: text/css is answered with ${exchange.status}`, exchange)
          : wants(exchange, [406], 'Accept: text/css');
    },
  }),
  define({
    ...{
      id: 'PRO-H4',
      title: 'Odd URIs are answered with a refusal, never with a server error',
      clause: 'Universal Resource Identifiers',
    },
    check: async (service) =>
      Promise.all(
        [
          '/redfish/v1//Systems',
          '/redfish/v1/%2e%2e/%2e%2e/etc/passwd',
          `/redfish/v1/${'x'.repeat(8000)}`,
          '/redfish/v1/SYSTEMS',
        ].map(async (uri) => {
          const exchange = await get(service, uri);
          return exchange.status >= 500 && exchange.status !== 501
            ? fail(`answered with ${exchange.status}`, exchange)
            : pass(`answered with ${exchange.status}`, exchange);
        }),
      ),
  }),
  define({
    ...{ id: 'PRO-E1', title: 'What is not there is answered with 404', clause: 'Status codes' },
    check: async (service) => wants(await get(service, absent), [404], 'an unknown URI'),
  }),
  define({
    ...{ id: 'PRO-E2', title: 'An error has code, message and ExtendedInfo', clause: 'Error responses' },
    check: async (service) => {
      const exchange = await get(service, absent);
      return exchange.status < 400 ? notApplicable('an unknown URI gives no error') : errorVerdict(exchange);
    },
  }),
  define({
    ...{
      id: 'PRO-E3',
      title: 'Malformed JSON is refused with 400',
      clause: 'Error responses',
      effect: 'write' as const,
    },
    check: async (service) => {
      const resource = resourceOf(service, 'AccountService');
      if (!resource) return notApplicable(session('AccountService'));
      return wants(
        await service.send({ method: 'PATCH', uri: resource.uri, body: '{"a":' }),
        [400],
        'malformed JSON',
      );
    },
  }),
  define({
    ...{
      id: 'PRO-E4',
      title: 'An unknown property is refused, and named',
      clause: 'PATCH',
      effect: 'write' as const,
    },
    check: async (service) => {
      const resource = resourceOf(service, 'AccountService');
      if (!resource) return notApplicable(session('AccountService'));
      const exchange = await service.send({
        method: 'PATCH',
        uri: resource.uri,
        body: { NoSuchProperty: 1 },
      });
      if (exchange.status !== 400) return wants(exchange, [400], 'an unknown property');
      return messageKeys(exchange).includes('PropertyUnknown')
        ? pass('PropertyUnknown', exchange)
        : warn(
            `the message is ${messageKeys(exchange).join(', ') || 'missing'}, not PropertyUnknown`,
            exchange,
          );
    },
  }),
  define({
    ...{
      id: 'PRO-P1',
      title: 'GET with the current ETag in If-None-Match is answered with 304',
      clause: 'ETags',
    },
    check: async (service) => {
      const { headers } = await get(service, root);
      if (headers?.etag === undefined) return notApplicable('the service root has no ETag');
      return wants(await get(service, root, { 'If-None-Match': headers.etag }), [304], 'If-None-Match');
    },
  }),
  define({
    ...{
      id: 'PRO-P2',
      title: 'PATCH with an old ETag is refused with 412',
      clause: 'ETags',
      effect: 'write' as const,
    },
    check: async (service) => {
      const resource = resourceOf(service, 'AccountService');
      const value = memberOf(resource?.root, 'AccountLockoutThreshold');
      if (!resource || value?.kind !== 'number') return notApplicable(session('AccountService'));
      const body = { AccountLockoutThreshold: value.value };
      const headers = { 'If-Match': 'W/"no-such-etag"' };
      return wants(
        await service.send({ method: 'PATCH', uri: resource.uri, headers, body }),
        [412],
        'an old ETag',
      );
    },
  }),
  define({
    ...{
      id: 'PRO-S1',
      title: 'The service root is read without a login',
      clause: 'Resource and operation authentication requirements',
    },
    check: async (service) =>
      wants(await service.send({ method: 'GET', uri: root, anonymous: true }), [200], 'the service root'),
  }),
  define({
    ...{
      id: 'PRO-S2',
      title: 'Other resources are refused with 401 without a login',
      clause: 'Resource and operation authentication requirements',
    },
    check: async (service) => {
      const resource = resourceOf(service, 'AccountService');
      if (!resource) return notApplicable(session('AccountService'));
      return wants(
        await service.send({ method: 'GET', uri: resource.uri, anonymous: true }),
        [401],
        'GET without a login',
      );
    },
  }),
  define({
    ...{
      id: 'PRO-S3',
      title: 'An invalid token is refused with 401',
      clause: 'Session-based authentication',
    },
    check: async (service) => {
      const resource = resourceOf(service, 'AccountService');
      if (!resource) return notApplicable(session('AccountService'));
      const headers = { 'X-Auth-Token': 'no-such-token' };
      return wants(
        await service.send({ method: 'GET', uri: resource.uri, anonymous: true, headers }),
        [401],
        'an invalid token',
      );
    },
  }),
];
