/** Syslog as a receiver reads it that holds senders to every letter of the RFCs. */

export interface Line {
  readonly priority: number;
  readonly time: string;
  readonly host: string;
  readonly app: string;
  readonly messageId: string;
  /** Without the byte order mark. */
  readonly text: string;
}

/** RFC 5424 clause 6, as far as messages without structured data go. */
const line =
  /^<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}Z) ([\x21-\x7e]{1,255}) ([\x21-\x7e]{1,48}) - ([\x21-\x7e]{1,32}) - \ufeff(.*)$/su;

/** @throws Error for what is no message of RFC 5424, in UTF-8 */
export function parseLine(bytes: Uint8Array): Line {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  const [, priority, time = '', host = '', app = '', messageId = '', message = ''] = line.exec(text) ?? [];
  if (priority === undefined) throw new Error(`no message of RFC 5424: ${JSON.stringify(text)}`);
  return { priority: Number(priority), time, host, app, messageId, text: message };
}

/** Takes octet-counted frames out of what has come so far (RFC 6587 clause 3.4.1). @throws Error for anything else */
export function parseFrames(bytes: Buffer): Line[] {
  const lines: Line[] = [];
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at);
    const count = bytes.toString('ascii', at, space < 0 ? bytes.length : space);
    if (!/^[1-9]\d*$/.test(count)) throw new Error(`no frame: ${bytes.toString('utf8', at)}`);
    const end = space + 1 + Number(count);
    if (space < 0 || end > bytes.length) return lines;
    lines.push(parseLine(bytes.subarray(space + 1, end)));
    at = end;
  }
  return lines;
}
