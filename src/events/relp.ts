/**
 * RELP, the Reliable Event Logging Protocol of rsyslog (version 0, "RELP - The Reliable Event Logging Protocol", rsyslog.com):
 * lines of syslog over TCP, each acknowledged by the receiver. A frame is `TXNR COMMAND LENGTH[ DATA]` and a line feed.
 */
import { connect } from 'node:net';
import { responseTimeout } from './send.ts';

export interface RelpFrame {
  /** Number of the transaction; a response repeats that of its request. 0: the receiver speaks unasked. */
  readonly transaction: number;
  readonly command: string;
  readonly data: string;
}

export function relpFrame({ transaction, command, data }: RelpFrame): string {
  const length = Buffer.byteLength(data);
  return `${transaction} ${command} ${length}${length === 0 ? '' : ' '}${data}\n`;
}

/** Bytes of one response. */
const maxAnswer = 64 * 1024;
/** Milliseconds for the receiver to close after it has acknowledged everything. */
const closeTimeout = 2_000;
const header = /^(\d{1,9}) ([A-Za-z]{1,32}) (\d{1,9})(?=[ \n])/;

/** Splits received bytes into whole frames and the rest. @throws Error for what is not RELP */
export function readRelp(bytes: Buffer): { readonly frames: readonly RelpFrame[]; readonly rest: Buffer } {
  const frames: RelpFrame[] = [];
  let rest = bytes;
  for (;;) {
    // A header is never longer.
    const start = rest.toString('latin1', 0, 56);
    const [whole, transaction = '', command = '', digits = ''] = header.exec(start) ?? [];
    if (whole === undefined) {
      if (rest.length >= 56 || start.includes('\n')) throw new Error('the receiver does not speak RELP');
      return { frames, rest };
    }
    const length = Number(digits);
    if (length > maxAnswer) throw new Error('the receiver sent a RELP frame that is too large');
    const from = whole.length + (length === 0 ? 0 : 1);
    const end = from + length;
    // Some receivers write the space even without data.
    const spared = length === 0 && rest[end] === 0x20 ? 1 : 0;
    if (rest.length <= end + spared) return { frames, rest };
    if (rest[end + spared] !== 0x0a) throw new Error('the receiver does not speak RELP');
    frames.push({ transaction: Number(transaction), command, data: rest.toString('utf8', from, end) });
    rest = rest.subarray(end + spared + 1);
  }
}

const offers = 'relp_version=0\nrelp_software=redfishd\ncommands=syslog';

/**
 * Sends lines. Resolves when the receiver has acknowledged each of them.
 * @throws Error that names what the receiver did
 */
export function relp(
  host: string,
  port: number,
  lines: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const last = lines.length + 1;
    // The opening is transaction 1, each line one more.
    const waiting = new Set(Array.from({ length: last }, (_, at) => at + 1));
    let rest: Buffer = Buffer.alloc(0);
    const end = (error?: Error) => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      if (waiting.size === 0) resolve();
      else reject(error ?? new Error('the receiver closed the connection'));
    };
    const abort = () => end(new Error('ended'));
    signal.addEventListener('abort', abort);
    const received = ({ transaction, command, data }: RelpFrame): void => {
      if (command === 'serverclose') throw new Error('the receiver ended the session');
      if (command !== 'rsp' || !waiting.has(transaction)) return;
      if (!/^200\b/.test(data))
        throw new Error(`the receiver answered ${JSON.stringify(data.slice(0, 128))}`);
      waiting.delete(transaction);
      if (transaction === 1) {
        // Only this response proves that the receiver speaks RELP: nothing is sent before it.
        const frames = lines.map((data, at) => relpFrame({ transaction: at + 2, command: 'syslog', data }));
        socket.write(frames.join(''));
      }
      if (waiting.size > 0) return;
      socket.setTimeout(closeTimeout);
      socket.end(relpFrame({ transaction: last + 1, command: 'close', data: '' }));
    };
    socket.setTimeout(responseTimeout, () => end(new Error(`no answer in ${responseTimeout} ms`)));
    socket.on('error', end);
    socket.on('close', () => end());
    socket.once('connect', () => socket.write(relpFrame({ transaction: 1, command: 'open', data: offers })));
    socket.on('data', (part: Buffer) => {
      try {
        const read = readRelp(Buffer.concat([rest, part]));
        rest = read.rest;
        for (const frame of read.frames) received(frame);
      } catch (error) {
        end(error instanceof Error ? error : new Error(String(error)));
      }
    });
  });
}
