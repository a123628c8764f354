/** Downloads of the archives that log entries link to, whole or in part (RFC 9110 clause 14). */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import type { Context } from 'koa';
import type { Archive, Archives } from '../../diagnostics/archives.ts';
import { message, RedfishError } from '../../messages/messages.ts';
import { attachmentPath } from '../../redfish/resources/managers/dump.ts';
import { endpoint, type Route } from '../endpoint.ts';
import { beginStream } from '../reply.ts';

/** First and last byte of a part. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** @param manager id of the manager whose archives these are */
export function attachments(archives: Archives, manager: string): Route {
  return endpoint({
    path: attachmentPath,
    methods: ['GET', 'HEAD'],
    // An archive tells more of the controller than any resource does.
    privilege: 'ConfigureManager',
    find: ({ ManagerId, EntryId = '' }) => (ManagerId === manager ? archives.get(EntryId) : undefined),
    handle: (ctx, { target }) => download(ctx, target),
  });
}

/** An archive has one form, so Accept makes no difference. */
function download(ctx: Context, { id, size, path, made }: Archive): void {
  const etag = `"${id}-${made.getTime()}-${size}"`;
  const { range: field, 'if-range': condition } = ctx.req.headers;
  // A part of another version would not fit what the client already has.
  const partial = field !== undefined && (condition === undefined || condition === etag);
  const range = partial ? rangeOf(field, size) : null;
  if (range === undefined)
    throw new RedfishError([message('Base.HeaderInvalid', [`Range: ${field}`])], 416, {
      'Content-Range': `bytes */${size}`,
    });
  const { from, to } = range ?? { from: 0, to: size - 1 };
  const { res } = ctx;
  beginStream(ctx, range === null ? 200 : 206, {
    'Content-Type': 'application/gzip',
    'Content-Length': String(to - from + 1),
    'Content-Disposition': `attachment; filename="redfishd-${id}.tar.gz"`,
    'Accept-Ranges': 'bytes',
    ETag: etag,
    ...(range === null ? {} : { 'Content-Range': `bytes ${from}-${to}/${size}` }),
  });
  if (ctx.req.method === 'HEAD') {
    res.end();
    return;
  }
  // The file may be removed meanwhile: an open file stays readable. A client that leaves ends the pipeline.
  pipeline(createReadStream(path, { start: from, end: to }), res, () => undefined);
}

/** One range of bytes; null for a field that is none (it is ignored), undefined for one that cannot be satisfied. */
export function rangeOf(field: string, size: number): Range | null | undefined {
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
