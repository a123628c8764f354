/** The transports to the controllers of a board: buses that several share, and sessions of their own over the network. */
import { readFile } from 'node:fs/promises';
import {
  IpmbBus,
  IpmiError,
  type IpmiRequest,
  type IpmiResponse,
  LanClient,
  type LanOptions,
  PRIVILEGE,
  type Target,
} from 'node-ipmi';
import { DeviceError, type DeviceErrorKind } from '../../../drivers/errors.ts';
import type { IpmiPaths, LanSecrets } from '../../../drivers/ipmi/ipmi.ts';
import type { IpmbLinkFacts, LanLinkFacts, NodeFacts } from '../../platform/vocabulary/index.ts';

/** Answers what a controller asks of this one. */
export type Answerer = (request: IpmiRequest, from: number) => Promise<IpmiResponse>;

/** A way to one controller. */
export interface IpmiConnection {
  readonly target: Target;
  /** The session over the network, where there is one. */
  readonly lan: LanClient | null;
  /** Ends it; a shared bus stays. */
  close(): Promise<void>;
}

/** Waits that a descriptor leaves out, milliseconds. */
const busTimeout = 1000;
const lanTimeout = 500;
/** Tries after the first on a bus, which loses messages now and then: a chain of a hundred requests must get through. */
const busRetries = 4;
/** Our own 7-bit address on an IPMB: that of a BMC. */
const ownAddress = 0x10;

const privileges = {
  user: PRIVILEGE.user,
  operator: PRIVILEGE.operator,
  administrator: PRIVILEGE.administrator,
} as const;

export class IpmiTransports {
  readonly #paths: IpmiPaths;
  readonly #buses = new Map<number, IpmbBus>();
  readonly #answerers = new Map<string, Answerer>();
  /** Our own 7-bit address by the bus; there is one on each. */
  readonly #own = new Map<number, number>();

  /** `nodes` say what our own addresses are. */
  constructor(paths: IpmiPaths, nodes: readonly Pick<NodeFacts, 'link'>[] = []) {
    this.#paths = paths;
    for (const { link } of nodes)
      if (link.kind === 'ipmb' && link.own !== undefined) this.#own.set(link.bus, link.own);
  }

  /** Opens the way to a node. @throws DeviceError that says what to do */
  async open({ id, link }: Pick<NodeFacts, 'id' | 'link'>): Promise<IpmiConnection> {
    if (link.kind === 'ipmb') {
      // Opened now, so that a machine without the bus says so at once.
      this.#bus(link.bus);
      return {
        target: this.#onBus(link),
        lan: null,
        close: async () => this.#buses.get(link.bus)?.giveUp(link.address << 1),
      };
    }
    const options = await this.#paths.lan(id, lanOptions(link), () => secretsOf(link));
    const lan = new LanClient(options);
    return { target: lan, lan, close: () => lan.close() };
  }

  /** Whatever a satellite is asked over a bus, by its 7-bit address. The bus is opened when it is first needed. */
  satellite(bus: number, address: number): Target {
    return this.#onBus({ bus, address });
  }

  /** Sets who answers the requests that come from a node on a bus. */
  answer({ bus, address }: Pick<IpmbLinkFacts, 'bus' | 'address'>, answerer: Answerer): void {
    this.#answerers.set(`${bus} ${address << 1}`, answerer);
  }

  close(): void {
    for (const bus of [...this.#buses.keys()]) this.#drop(bus);
  }

  /** A bus that is gone is opened anew for the next request. */
  #drop(bus: number): void {
    this.#buses.get(bus)?.close();
    this.#buses.delete(bus);
  }

  #onBus({ bus, address, timeout = busTimeout }: Pick<IpmbLinkFacts, 'bus' | 'address' | 'timeout'>): Target {
    return {
      address: address << 1,
      send: async (request) => {
        try {
          return await this.#bus(bus)
            .node(address << 1, timeout)
            .send(request);
        } catch (error) {
          if (isGone(error)) this.#drop(bus);
          throw error;
        }
      },
    };
  }

  #bus(number: number): IpmbBus {
    const known = this.#buses.get(number);
    if (known !== undefined) return known;
    const own = this.#own.get(number) ?? ownAddress;
    const bus = new IpmbBus(this.#paths.ipmb(number), { address: own << 1, retries: busRetries });
    bus.onRequest = (request, from) =>
      this.#answerers.get(`${number} ${from}`)?.(request, from) ??
      Promise.resolve({ code: 0xc1, data: new Uint8Array() });
    this.#buses.set(number, bus);
    return bus;
  }
}

/** The device of the bus is no more: what was opened stays useless also when there is one again. */
const isGone = (error: unknown): boolean =>
  error instanceof IpmiError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENODEV';

function lanOptions(link: LanLinkFacts): LanOptions {
  const { host, port, user, suites, privilege = 'administrator', timeout = lanTimeout } = link;
  return {
    ...{ host, user, timeout },
    // A datagram that is lost is missed soon, however often: tries that wait ever longer would look like a dead node.
    ...{ maxTimeout: timeout, retries: 10, privilege: privileges[privilege] },
    ...(port === undefined ? {} : { port }),
    ...(suites === undefined ? {} : { suites }),
  };
}

async function secretsOf({ secret, kg }: LanLinkFacts): Promise<LanSecrets> {
  const password = await secretIn(secret);
  return kg === undefined ? { password } : { password, kg: await secretIn(kg) };
}

/** The first line of a file; its contents are never told to anybody. @throws DeviceError */
async function secretIn(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'is not there' : 'cannot be read';
    throw new DeviceError('held', `secret ${path}`, `the file ${why}`, { cause });
  }
  const [line = ''] = text.split(/\r?\n/);
  if (line === '') throw new DeviceError('held', `secret ${path}`, 'its first line is empty');
  return line;
}

/** What a failure of IPMI means for a device. */
const kinds: Readonly<Record<IpmiError['kind'], DeviceErrorKind>> = {
  completion: 'unsupported',
  timeout: 'no-answer',
  malformed: 'wrong-data',
  refused: 'held',
  unreachable: 'no-answer',
  closed: 'no-answer',
  invalid: 'unsupported',
};

/** Any failure on the way to a controller, as one of a device. */
export function deviceError(where: string, error: unknown): DeviceError {
  if (error instanceof DeviceError) return error;
  if (error instanceof IpmiError)
    return new DeviceError(kinds[error.kind], where, error.message, { cause: error });
  const message = error instanceof Error ? error.message : String(error);
  return new DeviceError('wrong-data', where, message, { cause: error });
}
