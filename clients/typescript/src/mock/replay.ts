/** Recordings served back. */
import { readFileSync } from 'node:fs';
import { type Exchange, parseRecording } from '../record.ts';
import type { MockOptions } from './server.ts';

/** Answers with what was recorded, each request's answers in their order, and with the recorded tree for all else. */
export function replay(path: string): MockOptions {
  const answers = new Map<string, Exchange[]>();
  for (const exchange of parseRecording(readFileSync(path, 'utf8'))) {
    const key = `${exchange.method} ${exchange.uri}`;
    answers.set(key, [...(answers.get(key) ?? []), exchange]);
  }
  return {
    tree: path,
    intercept: ({ method, uri }) => {
      const list = answers.get(`${method} ${uri}`);
      const exchange = list && list.length > 1 ? list.shift() : list?.[0];
      if (!exchange || method === 'POST') return undefined;
      const { etag, location } = exchange.response.headers;
      return {
        status: exchange.status,
        headers: {
          ...(etag === undefined ? {} : { ETag: etag }),
          ...(location === undefined ? {} : { Location: location }),
        },
        body: exchange.response.body,
      };
    },
  };
}
