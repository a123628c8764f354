/**
 * The VM protocol: IPMI between a virtual machine and its controller over a byte stream (OpenIPMI lanserv/README.vm;
 * QEMU's ipmi-bmc-extern). A0h ends a message, A1h a command; AAh hides bit 4 of the byte behind it.
 */
import type { IpmiRequest, IpmiResponse } from 'node-ipmi';

const endOfMessage = 0xa0;
const endOfCommand = 0xa1;
const escapeByte = 0xaa;
const hidden = 0x10;
/** Longest frame, bytes: a request of 255 bytes with its head fits many times. */
const longest = 1024;

/** Commands between the two ends. */
export const VM_COMMAND = {
  noAttention: 0x00,
  attention: 0x01,
  attentionWithInterrupt: 0x02,
  powerOff: 0x03,
  reset: 0x04,
  enableInterrupt: 0x05,
  disableInterrupt: 0x06,
  nmi: 0x07,
  capabilities: 0x08,
  graceful: 0x09,
  version: 0xff,
} as const;

export type VmFrame =
  | {
      readonly kind: 'request';
      readonly sequence: number;
      readonly lun: number;
      readonly request: IpmiRequest;
    }
  | { readonly kind: 'command'; readonly command: number; readonly data: readonly number[] };

/** Bytes of a command. */
export const commandFrame = (...bytes: readonly number[]): Buffer =>
  Buffer.from([...bytes.flatMap(hide), endOfCommand]);

/** Bytes of the answer to a request. */
export function answerFrame(
  { sequence, lun, request }: Extract<VmFrame, { kind: 'request' }>,
  { code, data }: IpmiResponse,
): Buffer {
  const body = [sequence, ((request.netFn | 1) << 2) | lun, request.command, code, ...data];
  const checksum = -body.reduce((sum, byte) => sum + byte, 0) & 0xff;
  return Buffer.from([...[...body, checksum].flatMap(hide), endOfMessage]);
}

/** Bytes of a request, as the machine sends it. */
export function requestFrame(sequence: number, { netFn, lun = 0, command, data }: IpmiRequest): Buffer {
  const body = [sequence, (netFn << 2) | lun, command, ...data];
  const checksum = -body.reduce((sum, byte) => sum + byte, 0) & 0xff;
  return Buffer.from([...[...body, checksum].flatMap(hide), endOfMessage]);
}

function hide(byte: number): readonly number[] {
  return byte === endOfMessage || byte === endOfCommand || byte === escapeByte
    ? [escapeByte, byte | hidden]
    : [byte];
}

/** Finds the frames in a stream. Damaged ones, and those that are too long, are dropped: the host asks again. */
export class VmFrames {
  #bytes: number[] = [];
  #isEscaped = false;

  /** The frames that `chunk` completes. */
  *read(chunk: Uint8Array): Generator<VmFrame> {
    for (const byte of chunk) {
      if (byte === escapeByte) this.#isEscaped = true;
      else if (byte === endOfMessage || byte === endOfCommand) {
        const frame = frameOf(this.#bytes, byte === endOfCommand);
        this.#bytes = [];
        this.#isEscaped = false;
        if (frame !== undefined) yield frame;
      } else {
        if (this.#bytes.length <= longest) this.#bytes.push(this.#isEscaped ? byte & ~hidden : byte);
        this.#isEscaped = false;
      }
    }
  }
}

function frameOf(bytes: readonly number[], isCommand: boolean): VmFrame | undefined {
  if (bytes.length > longest) return undefined;
  if (isCommand) {
    const [command, ...data] = bytes;
    return command === undefined ? undefined : { kind: 'command', command, data };
  }
  const sum = bytes.reduce((total, byte) => total + byte, 0) & 0xff;
  const [sequence = 0, function_ = 0, command = 0] = bytes;
  if (bytes.length < 4 || sum !== 0) return undefined;
  const request = {
    netFn: function_ >> 2,
    lun: function_ & 3,
    command,
    data: Uint8Array.from(bytes.slice(3, -1)),
  };
  return { kind: 'request', sequence, lun: function_ & 3, request };
}
