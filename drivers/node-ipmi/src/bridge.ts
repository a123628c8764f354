/** Reaching a node behind another controller (Send Message). */
import { concat } from './bytes.ts';
import { run } from './command.ts';
import { sendMessage } from './commands/messaging.ts';
import { IpmiError } from './errors.ts';
import {
  BMC_ADDRESS,
  decodeIpmb,
  encodeIpmb,
  type IpmbMessage,
  type IpmiRequest,
  type IpmiResponse,
  type Target,
} from './message.ts';

export interface BridgeOptions {
  /** Channel of the controller in between; 0 is IPMB. */
  readonly channel?: number;
  /** 8-bit address of the node behind it. */
  readonly address: number;
  /** The address that the controller in between has on that channel. */
  readonly from?: number;
}

/**
 * A node behind another controller, reached by Send Message (IPMI v2.0, section 18.6). Bridging through a
 * bridged target is double bridging.
 */
export function bridge(target: Target, options: BridgeOptions): Target {
  const { channel = 0, address, from = BMC_ADDRESS } = options;
  let sequence = 0;
  return {
    address,
    async send({ netFn, command, data, lun = 0 }: IpmiRequest): Promise<IpmiResponse> {
      sequence = (sequence + 1) % 64;
      const message = encodeIpmb({
        to: address,
        toLun: lun,
        from,
        fromLun: 0,
        netFn,
        sequence,
        command,
        data,
      });
      const bytes = await run(target, sendMessage, { channel, message });
      // Some controllers leave away the requester's address, which begins the message.
      const answer = decodeIpmb(bytes) ?? decodeIpmb(concat([from], bytes));
      return answerIn(answer, address, netFn, command);
    },
  };
}

function answerIn(
  answer: IpmbMessage | undefined,
  address: number,
  netFn: number,
  command: number,
): IpmiResponse {
  if (answer === undefined) {
    throw new IpmiError('malformed', `the answer of node 0x${address.toString(16)} is no IPMB message`);
  }
  if (answer.from !== address || answer.netFn !== netFn + 1 || answer.command !== command) {
    const who = `node 0x${answer.from.toString(16)}`;
    throw new IpmiError(
      'malformed',
      `${who} answered command 0x${answer.command.toString(16)} for node 0x${address.toString(16)}`,
    );
  }
  const [code = 0xff] = answer.data;
  return { code, data: answer.data.subarray(1) };
}
