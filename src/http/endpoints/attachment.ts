/** Downloads of what log entries point to, whole or in part (RFC 9110 clause 14). */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import type { Context, Next } from 'koa';
import type { Archives } from '../../diagnostics/archives.ts';
import { message, RedfishError } from '../../messages/messages.ts';
import { attachmentPath } from '../../redfish/resources/managers/dump.ts';
import type { Principal } from '../../redfish/service/principal.ts';
import { demandAcceptable } from '../headers.ts';
import { common, send } from '../reply.ts';

export interface AttachmentOptions {
  readonly archives: Archives;
  readonly manager: string;
  readonly authenticate: (ctx: Context, lenient: boolean) => Principal | null | Promise<Principal | null>;
}

const type = 'application/gzip';
const allow = 'GET, HEAD, OPTIONS';

export function attachments({ archives, manager, authenticate }: AttachmentOptions) {
  return async (ctx: Context, next: Next): Promise<void> => {
    const [, of, id = ''] = attachmentPath.exec(ctx.path) ?? [];
    if (of === undefined) return next();
    const principal = await authenticate(ctx, false);
    ctx.state.principal = principal;
    if (principal === null) throw new RedfishError([message('Base.NoValidSession', [])], 401);
    // It tells more of the controller than any resource does.
    if (principal.passwordChangeRequired || !principal.privileges.has('ConfigureManager'))
      throw new RedfishError([message('Base.InsufficientPrivilege', [])], 403);
    const archive = of === manager ? archives.get(id) : undefined;
    if (archive === undefined)
      throw new RedfishError([message('Base.ResourceMissingAtURI', [ctx.path])], 404);
    const { method = '' } = ctx.req;
    if (method === 'OPTIONS') return send(ctx, { status: 204, headers: { Allow: allow }, body: null });
    if (method !== 'GET' && method !== 'HEAD')
      throw new RedfishError([message('Base.OperationNotAllowed', [])], 405, { Allow: allow });
    demandAcceptable(ctx, type);
    const { size, path, made } = archive;
    const etag = `"${id}-${made.getTime()}-${size}"`;
    const { range: asked, 'if-range': condition } = ctx.req.headers;
    // A range of something else than what the client has a part of would not fit.
    const range =
      asked === undefined || (condition !== undefined && condition !== etag) ? null : rangeOf(asked, size);
    if (range === undefined)
      throw new RedfishError([message('Base.HeaderInvalid', [`Range: ${asked}`])], 416, {
        'Content-Range': `bytes */${size}`,
      });
    const { from, to } = range ?? { from: 0, to: size - 1 };
    ctx.respond = false;
    const { res } = ctx;
    res.statusCode = range === null ? 200 : 206;
    for (let at = 0; at < common.length; at += 2) res.setHeader(common[at] ?? '', common[at + 1] ?? '');
    res.setHeader('Content-Type', type);
    res.setHeader('Content-Length', to - from + 1);
    res.setHeader('Content-Disposition', `attachment; filename="redfishd-${id}.tar.gz"`);
    res.setHeader('Accept-Ranges', 'bytes');
    res.setHeader('ETag', etag);
    if (range !== null) res.setHeader('Content-Range', `bytes ${from}-${to}/${size}`);
    if (method === 'HEAD') {
      res.end();
      return;
    }
    // The file may be removed meanwhile: what is open stays readable. A client that goes ends it.
    pipeline(createReadStream(path, { start: from, end: to }), res, () => undefined);
  };
}

/** One range of bytes; null for a field that is none (it is ignored), undefined for one that cannot be satisfied. */
export function rangeOf(
  field: string,
  size: number,
): { readonly from: number; readonly to: number } | null | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(field.replace(/\s/g, '')) ?? [];
  if (first === '' && last === '') return null;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? undefined : { from: size - length, to: size - 1 };
  }
  const from = Number(first);
  const to = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < from) return null;
  return from >= size ? undefined : { from, to };
}
