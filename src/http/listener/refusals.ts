/** Redfish errors for requests that Node's parser refuses before they reach the application. */
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { errorBody, type Message, message } from '../../messages/messages.ts';
import { commonLines, json } from '../reply.ts';
import { endSocket } from './sockets.ts';

interface Refusal {
  /** Status code and reason phrase. */
  readonly line: string;
  readonly message: Message;
  /** Further header lines. */
  readonly lines?: string;
}

interface ParserError extends NodeJS.ErrnoException {
  /** What the parser was given last. */
  readonly rawPacket?: Buffer;
}

/** Answers what the parser of a server refuses. */
export function refuseBadRequests(server: HttpServer | Server): void {
  server.on('clientError', (error: ParserError, socket: Socket) => {
    if (!socket.writable || error.code === 'ECONNRESET' || answering(socket)) socket.destroy();
    else refuse(socket, refusalOf(error));
  });
  // This is no proxy.
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => refuse(socket, notAllowed));
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(417, { 'Content-Type': json, 'OData-Version': '4.0', Connection: 'close' });
    response.end(JSON.stringify(errorBody([message('Base.HeaderInvalid', ['Expect'])])));
  });
}

/** Whether an answer has begun on this connection: more text would land in the middle of it. */
function answering(socket: Socket): boolean {
  // Node offers no public way to the response under way.
  const { _httpMessage: answer } = socket as Socket & { readonly _httpMessage?: ServerResponse | null };
  return answer?.headersSent === true;
}

function refuse(socket: Duplex, { line, message: said, lines = '' }: Refusal): void {
  const text = JSON.stringify(errorBody([said]));
  endSocket(
    socket,
    `HTTP/1.1 ${line}\r\n${commonLines}${lines}Content-Type: ${json}\r\nConnection: close\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}

const notAllowed: Refusal = {
  line: '405 Method Not Allowed',
  message: message('Base.OperationNotAllowed', []),
  lines: 'Allow: GET, HEAD, OPTIONS\r\n',
};
const malformed = message('Base.GeneralError', []);

/** The beginning of a request, of whatever method. */
const requestLine = /^[!#$%&'*+.^_`|~\w-]+ \S/;

function refusalOf({ code, rawPacket }: ParserError): Refusal {
  switch (code) {
    case 'HPE_INVALID_METHOD':
      return rawPacket !== undefined && requestLine.test(rawPacket.toString('latin1', 0, 256))
        ? { line: '501 Not Implemented', message: notAllowed.message }
        : { line: '400 Bad Request', message: malformed };
    case 'HPE_HEADER_OVERFLOW':
      return { line: '431 Request Header Fields Too Large', message: malformed };
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { line: '413 Content Too Large', message: message('Base.PayloadTooLarge', []) };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { line: '408 Request Timeout', message: malformed };
    default:
      return { line: '400 Bad Request', message: malformed };
  }
}
