/**
 * Requests of a node to this controller over an IPMB: events of the node or its host, the time, POST codes, boot flags.
 * Requests of the host are wrapped in "Message In" of the bridge IC (NetFn 0x38, command 0x01).
 */
import {
  BIC_COMMANDS,
  BIC_IANA,
  BIC_INTERFACE,
  BIC_NETFN,
  BOOT_PARAMETER,
  COMPLETION,
  type IpmiRequest,
  type IpmiResponse,
  le,
  NETFN,
} from 'node-ipmi';

export interface BmcRequests {
  readonly now: () => Date;
  /** Receives a log record, 16 bytes. Resolves once it has been recorded. */
  record(bytes: Uint8Array): Promise<void>;
  /** Receives POST codes of the host, the oldest first. */
  postCodes(codes: readonly number[]): void;
  /** A pin of the bridge IC has changed. */
  pinMoved(): void;
  /** The five bytes of the boot flags (IPMI 2.0, table 28-14). */
  bootFlags(): readonly number[];
  /** Answers the host behind the node by its own table of commands; undefined for a host without one. */
  answerHost?(request: IpmiRequest): Promise<IpmiResponse> | undefined;
}

const ok = (data: readonly number[] | Uint8Array = []): IpmiResponse => ({
  code: 0,
  data: Uint8Array.from(data),
});
const refused = (code: number): IpmiResponse => ({ code, data: new Uint8Array() });

const unknown = refused(COMPLETION.invalidCommand);

type Answer = (request: IpmiRequest, bmc: BmcRequests) => Promise<IpmiResponse>;
/** What takes the records of a host. */
export type RecordLog = Pick<BmcRequests, 'now' | 'record'>;

/** Record ID in the answer to Add SEL Entry: the node does not use it. */
const anyRecord = [0x01, 0x00];
const eventRecord = 0x02;
/** OEM record types from here on have no time stamp (IPMI 2.0, section 32.1). */
const timeless = 0xe0;
/** Event Message Revision, sensor type, number and event type, and one to three data bytes (section 29.3). */
const eventLengths = { shortest: 5, longest: 7 };

/** Platform Event Message: a record without its head. From a host, the generator ID comes first. */
export const platformEvent =
  (generator: number | undefined) =>
  async ({ data }: IpmiRequest, bmc: RecordLog): Promise<IpmiResponse> => {
    const [from, body] = generator === undefined ? [data[0] ?? 0, data.subarray(1)] : [generator, data];
    const { shortest, longest } = eventLengths;
    if (body.length < shortest || body.length > longest) return refused(COMPLETION.requestLengthInvalid);
    const record = new Uint8Array(16);
    record[2] = eventRecord;
    record.set(le(Math.floor(bmc.now().getTime() / 1000), 4), 3);
    record[7] = from;
    record.set(body, 9);
    // Data bytes that were not sent are FFh, "unspecified".
    record.fill(0xff, 9 + body.length);
    await bmc.record(record);
    return ok();
  };

/** Add SEL Entry. */
export const addRecord = async ({ data }: IpmiRequest, bmc: RecordLog): Promise<IpmiResponse> => {
  if (data.length !== 16) return refused(COMPLETION.requestLengthInvalid);
  const record = Uint8Array.from(data);
  // The log sets the time stamp (section 31.6.1).
  if ((record[2] ?? 0) < timeless) record.set(le(Math.floor(bmc.now().getTime() / 1000), 4), 3);
  await bmc.record(record);
  return ok(anyRecord);
};

const time: Answer = async (_request, bmc) => ok(le(Math.floor(bmc.now().getTime() / 1000), 4));

const bootOptions: Answer = async ({ data }, bmc) =>
  ((data[0] ?? 0) & 0x7f) === BOOT_PARAMETER.flags
    ? ok([0x01, BOOT_PARAMETER.flags, ...bmc.bootFlags()])
    : refused(0x80);

/** By network function and command. */
const fromHost: Readonly<Record<string, Answer>> = {
  [`${NETFN.chassis}/9`]: bootOptions,
  [`${NETFN.sensorEvent}/2`]: platformEvent(undefined),
  [`${NETFN.storage}/68`]: addRecord,
  [`${NETFN.storage}/72`]: time,
};

/** IANA numbers that begin the payload of bridge IC commands, in both directions. */
const known: readonly number[] = Object.values(BIC_IANA);

async function bridgeRequest(request: IpmiRequest, bmc: BmcRequests): Promise<IpmiResponse> {
  const { command, data } = request;
  const iana = (data[0] ?? 0) | ((data[1] ?? 0) << 8) | ((data[2] ?? 0) << 16);
  if (data.length < 3 || !known.includes(iana)) return refused(COMPLETION.requestLengthInvalid);
  const head = data.subarray(0, 3);
  const body = data.subarray(3);
  switch (command) {
    case BIC_COMMANDS.messageIn:
      return messageIn(head, body, bmc);
    case BIC_COMMANDS.gpioInterrupt:
      bmc.pinMoved();
      return ok(head);
    case BIC_COMMANDS.postCode: {
      const [count = 0] = body;
      if (body.length !== count + 1) return refused(COMPLETION.requestLengthInvalid);
      bmc.postCodes([...body.subarray(1)]);
      return ok(head);
    }
    default:
      return refused(COMPLETION.invalidCommand);
  }
}

/** Interfaces of the host. */
const hostInterfaces: readonly number[] = [BIC_INTERFACE.kcs, BIC_INTERFACE.kcsSmm, BIC_INTERFACE.ssif];

async function messageIn(head: Uint8Array, body: Uint8Array, bmc: BmcRequests): Promise<IpmiResponse> {
  const [from = 0, function_ = 0, command = 0] = body;
  if (body.length < 3) return refused(COMPLETION.requestLengthInvalid);
  if (!hostInterfaces.includes(from)) return refused(COMPLETION.invalidField);
  const inner = { netFn: function_ >> 2, lun: function_ & 3, command, data: body.subarray(3) };
  const answer = bmc.answerHost?.(inner) ?? fromHost[`${inner.netFn}/${command}`]?.(inner, bmc);
  const { code, data } = await (answer ?? unknown);
  return ok([...head, from, function_ | 0x04, command, code, ...data]);
}

/** Answers a request of the node at the 8-bit address `from`. */
export async function answerNode(
  request: IpmiRequest,
  from: number,
  bmc: BmcRequests,
): Promise<IpmiResponse> {
  const { netFn, command } = request;
  if (netFn === BIC_NETFN) return bridgeRequest(request, bmc);
  const answer =
    netFn === NETFN.sensorEvent && command === 2 ? platformEvent(from) : fromHost[`${netFn}/${command}`];
  return answer === undefined ? unknown : answer(request, bmc);
}
