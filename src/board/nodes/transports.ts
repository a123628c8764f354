/** Transports to the controllers of a board: IPMBs that several of them share, and RMCP+ sessions over the network. */
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

/** Answers the requests of a controller to this one; `from` is its 8-bit address. */
export type Answerer = (request: IpmiRequest, from: number) => Promise<IpmiResponse>;

/** A connection to one controller. */
export interface IpmiConnection {
  readonly target: Target;
  /** The RMCP+ session; null on an IPMB. */
  readonly lan: LanClient | null;
  /** Ends the session; a shared bus stays open. */
  close(): Promise<void>;
}

/** Answer timeouts where the descriptor has none, milliseconds. */
const busTimeout = 1000;
const lanTimeout = 500;
/** Retries on an IPMB: it loses messages now and then, and a chain of a hundred requests must get through. */
const busRetries = 4;
/** 7-bit address of this controller on an IPMB: that of a BMC (IPMB 1.0, section 2.6). */
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
  /** 7-bit addresses of this controller by bus. */
  readonly #own = new Map<number, number>();

  /** `nodes` may set the address of this controller on their bus. */
  constructor(paths: IpmiPaths, nodes: readonly Pick<NodeFacts, 'link'>[] = []) {
    this.#paths = paths;
    for (const { link } of nodes)
      if (link.kind === 'ipmb' && link.own !== undefined) this.#own.set(link.bus, link.own);
  }

  /** Opens a connection to a node. @throws DeviceError */
  async open({ id, link }: Pick<NodeFacts, 'id' | 'link'>): Promise<IpmiConnection> {
    if (link.kind === 'ipmb') {
      // Opened now, so that a missing bus is reported at once.
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

  /** A satellite controller by its bus and 7-bit address. The bus is opened with the first request. */
  satellite(bus: number, address: number): Target {
    return this.#onBus({ bus, address });
  }

  /** Sets the handler of requests from a node on a bus. */
  answer({ bus, address }: Pick<IpmbLinkFacts, 'bus' | 'address'>, answerer: Answerer): void {
    this.#answerers.set(`${bus} ${address << 1}`, answerer);
  }

  close(): void {
    for (const bus of [...this.#buses.keys()]) this.#drop(bus);
  }

  /** The next request opens the bus anew. */
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

/** The bus device has been removed: its file stays useless also when the device is back. */
const isGone = (error: unknown): boolean =>
  error instanceof IpmiError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENODEV';

function lanOptions(link: LanLinkFacts): LanOptions {
  const { host, port, user, suites, privilege = 'administrator', timeout = lanTimeout } = link;
  return {
    ...{ host, user, timeout },
    // Constant waits: with growing ones a lossy network would look like a node that does not respond.
    ...{ maxTimeout: timeout, retries: 10, privilege: privileges[privilege] },
    ...(port === undefined ? {} : { port }),
    ...(suites === undefined ? {} : { suites }),
  };
}

async function secretsOf({ secret, kg }: LanLinkFacts): Promise<LanSecrets> {
  const password = await secretIn(secret);
  return kg === undefined ? { password } : { password, kg: await secretIn(kg) };
}

/** First line of a file; its contents appear in no message. @throws DeviceError */
async function secretIn(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'cannot be read';
    throw new DeviceError('held', `secret ${path}`, `the file ${why}`, { cause });
  }
  const [line = ''] = text.split(/\r?\n/);
  if (line === '') throw new DeviceError('held', `secret ${path}`, 'its first line is empty');
  return line;
}

/** IPMI errors as errors of a device. */
const kinds: Readonly<Record<IpmiError['kind'], DeviceErrorKind>> = {
  completion: 'unsupported',
  timeout: 'no-answer',
  malformed: 'wrong-data',
  refused: 'held',
  unreachable: 'no-answer',
  closed: 'no-answer',
  invalid: 'unsupported',
};

/** Any error of a request to a controller, as one of a device. */
export function deviceError(where: string, error: unknown): DeviceError {
  if (error instanceof DeviceError) return error;
  if (error instanceof IpmiError)
    return new DeviceError(kinds[error.kind], where, error.message, { cause: error });
  const message = error instanceof Error ? error.message : String(error);
  return new DeviceError('wrong-data', where, message, { cause: error });
}
