/** Update packages: uploaded as multipart, streamed at constant memory, with progress. */

import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Core } from './core.ts';
import { RedfishError } from './errors.ts';
import type { ServiceRoot } from './generated/types.ts';
import { idOf, type JsonObject } from './json.ts';
import { type Outcome, outcomeOf } from './outcome.ts';

/** A path, or a source that can be read again from its beginning. */
export type UpdateFile =
  | string
  | { readonly name: string; readonly size: number; readonly open: () => AsyncIterable<Uint8Array> };

export interface UpdateOptions {
  /** URIs of what is to be updated; left out: the service finds out. */
  readonly targets?: readonly string[];
  /** `Immediate`, `OnReset`, … */
  readonly applyTime?: string;
  /** Further UpdateParameters. */
  readonly parameters?: JsonObject;
  /** Called as bytes are handed to the connection. */
  readonly onProgress?: (sent: number, total: number) => void;
  readonly signal?: AbortSignal;
}

type Source = Exclude<UpdateFile, string>;

async function sourceOf(file: UpdateFile): Promise<Source> {
  if (typeof file !== 'string') return file;
  const { size } = await stat(file).catch((error: Error) => {
    throw new RedfishError('usage', `${file} cannot be read: ${error.message}`);
  });
  return { name: basename(file), size, open: () => createReadStream(file) };
}

async function* counted(source: Source, onProgress: UpdateOptions['onProgress']): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for await (const chunk of source.open()) {
    yield chunk;
    sent += chunk.length;
    onProgress?.(sent, source.size);
  }
}

/** A multipart/form-data body (DSP0266 "Multipart HTTP push update"): parameters first, then the file. */
function multipart(source: Source, parameters: JsonObject, onProgress: UpdateOptions['onProgress']) {
  const boundary = `redfish-${randomUUID()}`;
  const fileName = source.name.replace(/[\r\n"\\]/g, '_');
  const head = Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="UpdateParameters"\r\nContent-Type: application/json\r\n\r\n` +
      `${JSON.stringify(parameters)}\r\n--${boundary}\r\n` +
      `Content-Disposition: form-data; name="UpdateFile"; filename="${fileName}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    headers: {
      'Content-Type': `multipart/form-data; boundary=${boundary}`,
      'Content-Length': String(head.length + source.size + tail.length),
    },
    body: async function* () {
      yield head;
      yield* counted(source, onProgress);
      yield tail;
    },
  };
}

/** Sends an update package. @throws RedfishError `usage` when the service takes no uploads */
export async function update(
  core: Core,
  root: ServiceRoot,
  file: UpdateFile,
  options: UpdateOptions,
): Promise<Outcome> {
  const { targets, applyTime, onProgress, signal } = options;
  const at = idOf(root.UpdateService);
  // Also a session that has ended is made anew by this small request, not by the large one.
  const service = at === undefined ? {} : await core.read(at, undefined, signal);
  const source = await sourceOf(file);
  const parameters: JsonObject = {
    ...(targets ? { Targets: targets } : {}),
    ...(applyTime === undefined ? {} : { '@Redfish.OperationApplyTime': applyTime }),
    ...options.parameters,
  };
  const { MultipartHttpPushUri: push, HttpPushUri: plain } = service;
  const uri = typeof push === 'string' ? push : plain;
  if (typeof uri !== 'string')
    throw new RedfishError(
      'usage',
      `${at ?? core.service.origin} takes no uploads: use the action UpdateService.SimpleUpdate with a URI`,
    );
  const upload =
    uri === push
      ? multipart(source, parameters, onProgress)
      : {
          headers: { 'Content-Type': 'application/octet-stream', 'Content-Length': String(source.size) },
          body: () => counted(source, onProgress),
        };
  return outcomeOf(core, await core.service.ask({ method: 'POST', uri, ...upload, signal }));
}
