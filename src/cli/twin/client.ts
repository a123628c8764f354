/** The client of the simulator controls: one request, one answer. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import type { Request } from '../../twin/commands.ts';

/** @returns the result of the command. @throws Error with the twin's refusal, or when no twin listens on `path` */
export async function ask(path: string, request: Request): Promise<unknown> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`no twin listens on ${path} (${reason}): start one with redfishd serve --twin`, {
      cause,
    });
  }
  // The end of the connection is noticed by the reader below.
  socket.on('error', () => {});
  try {
    socket.write(`${JSON.stringify(request)}\n`);
    for await (const line of createInterface({ input: socket })) return resultOf(JSON.parse(line));
    throw new Error(`the twin on ${path} closed the connection without an answer`);
  } finally {
    socket.destroy();
  }
}

/** @throws Error with the twin's refusal */
function resultOf(answer: unknown): unknown {
  if (typeof answer === 'object' && answer !== null && 'ok' in answer) {
    if (answer.ok === true && 'result' in answer) return answer.result;
    if (answer.ok === false && 'error' in answer) throw new Error(String(answer.error));
  }
  throw new Error('the answer is not that of a twin');
}
