/**
 * What a bridge IC does besides IPMI: the commands of network function 0x38, and what it sends to the manager
 * unasked. Layouts, all behind the maker's number of three bytes (facebook/openbmc, common/recipes-core/ipmid ipmid.c
 * and meta-fby2 bic.c; facebook/OpenBIC, oem_1s_handler.c):
 *
 * - GPIO interrupt 0x07: number of the line, its level. Post code 0x08: how many codes, the codes.
 * - Message In 0x01: interface, network function << 2, command, data. Its answer: interface, network function << 2,
 *   command, completion code, data.
 * - Firmware version 0x0b: BIC two bytes (`v1.09`), ME five (`4.1.4.5 4`), CPLD four.
 */
import {
  BIC_COMMANDS,
  BIC_COMPONENT,
  BIC_IANA,
  BIC_INTERFACE,
  BIC_NETFN,
  COMPLETION,
  encodeSelRecord,
  type FieldReader,
  type IpmiNode,
  type IpmiRequest,
  le,
  NETFN,
  PRIVILEGE,
  type Route,
  refuse,
} from 'node-ipmi';
import { facebookWords, firmwareParts, versionWords } from '../firmware-words.ts';
import type { HostState } from '../host.ts';
import { beforeReset, type NodeSurroundings } from './node.ts';
import { twinLakesLines, twinLakesPostCodes } from './twin-lakes.ts';

type LineName = (typeof twinLakesLines)[number];

/** Lines that are high while the host has power. */
const poweredLines: readonly LineName[] = [
  'PWRGD_COREPWR',
  'PWRGD_PCH_PWROK',
  'FM_SLPS4_N',
  'PLTRST_N',
  'FM_SLPS3_N',
  'PWRGD_PVCCIN',
];
/** Lines that are low: latch closed, controller present, no probe. Other lines whose name ends in N are high. */
const lowLines: readonly LineName[] = [
  'FM_EJECTOR_LATCH_DETECT_N',
  'BMC_READY_N',
  'FM_JTAG_BIC_TCK_MUX_SEL_N',
];
const postComplete: LineName = 'FM_BIOS_POST_COMPT_N';
/** A change of these sends an interrupt. */
const interruptLines: readonly LineName[] = ['PWRGD_COREPWR', 'PWRGD_PCH_PWROK', postComplete];

const versions: Readonly<Record<number, readonly number[]>> = {
  [BIC_COMPONENT.cpld]: [0x00, 0x00, 0x02, 0x07],
  [BIC_COMPONENT.bic]: [0x01, 0x23],
  [BIC_COMPONENT.me]: [0x04, 0x00, 0x04, 0x29, 0x01],
};

/** Interval between two codes of a boot, ms, and the number of codes that are kept. */
const codeInterval = 500;
const maxCodes = 230;
/** Boot flags are parameter 5 of Get System Boot Options. */
const bootFlags = [0x05, 0x00, 0x00] as const;
/** Offsets of System Boot Initiated. */
const bootCauses = { powerUp: 0, hardReset: 1 } as const;
/** "System Boot Initiated" of the firmware (software id 1). */
const bootEvent = (offset: number) =>
  encodeSelRecord({
    kind: 'event',
    recordId: 0,
    timestamp: 0,
    generator: { address: 0x01, software: true, channel: 0, lun: 0 },
    revision: 4,
    sensorType: 0x1d,
    sensorNumber: 0x7e,
    eventType: 0x6f,
    asserted: true,
    offset,
    data: [offset, 0xff, 0xff],
  });

/** Requests of the host's firmware, by the index of the code that follows: network function, command, data. */
const hostRequests = (cause: number): Readonly<Record<number, readonly (readonly number[])[]>> => ({
  1: [[NETFN.storage << 2, 0x48]],
  2: [[NETFN.chassis << 2, 0x09, ...bootFlags]],
  3: [[NETFN.storage << 2, 0x44, ...bootEvent(cause)]],
  4: [versionWords(), ...facebookWords(firmwareParts.card)].map(([netFn, ...rest]) => [netFn << 2, ...rest]),
});

export interface BridgeIcParts {
  /** The management engine behind the bridge IC. */
  readonly engine: IpmiNode;
  /** Sends a request to the manager; the response is ignored. */
  send(request: IpmiRequest): void;
  /** Restarts the controller. */
  restart(): void;
}

const byteCount = Math.ceil(twinLakesLines.length / 8);
const bitOf = (mask: Uint8Array, number: number) => ((mask[number >> 3] ?? 0) & (1 << (number & 7))) !== 0;

/** Bits of the configuration: POST codes are sent, host requests are forwarded. */
const sendsPostCodes = 0b010;
const forwardsRequests = 0b100;
const defaultConfig = sendsPostCodes | forwardsRequests;

export class BridgeIc {
  readonly #iana: number;
  readonly #around: NodeSurroundings;
  readonly #parts: BridgeIcParts;
  /** Outputs that the manager has set, by number. */
  readonly #outputs = new Map<number, boolean>();
  #config = defaultConfig;
  /** POST codes of the present boot, newest first. */
  #codes: number[] = [];
  #state: HostState | undefined;
  /** Levels of the last interrupts. */
  #reported: readonly boolean[];
  #boot: NodeJS.Timeout | undefined;

  constructor(maker: 'meta' | 'wiwynn', around: NodeSurroundings, parts: BridgeIcParts) {
    this.#iana = BIC_IANA[maker];
    this.#around = around;
    this.#parts = parts;
    this.#reported = this.#levels();
  }

  get routes(): readonly Route[] {
    return [
      this.#route('getGpio', () => this.#levelMask()),
      this.#route('setGpio', (request) => this.#setOutputs(request)),
      this.#route('getConfig', () => [this.#config]),
      this.#route('setConfig', (request) => {
        this.#config = request.u8() & 7;
        return [];
      }),
      this.#route(
        'firmwareVersion',
        (request) => versions[request.u8()] ?? refuse(COMPLETION.parameterOutOfRange),
      ),
      this.#route('postBuffer', () => this.#codes),
      this.#route('reset', () => {
        setTimeout(this.#parts.restart, beforeReset).unref();
        return [];
      }),
      this.#route('messageOut', (request) => this.#forward(request)),
    ];
  }

  /** The state of the host, or its power-good, may have changed. */
  changed(): void {
    const state = this.#around.host?.state;
    const before = this.#state;
    // Without power no interrupt is sent.
    if (!this.#around.hasPower()) {
      clearTimeout(this.#boot);
      this.#reported = this.#levels();
      this.#state = state;
      return;
    }
    this.#reportLines();
    if (state === before) return;
    this.#state = state;
    if (state === 'running') return;
    clearTimeout(this.#boot);
    if (state === 'post')
      this.#startBoot(before === 'off' || before === 'starting' ? bootCauses.powerUp : bootCauses.hardReset);
  }

  /** Power-on state. */
  restart(): void {
    clearTimeout(this.#boot);
    this.#outputs.clear();
    this.#codes = [];
    this.#config = defaultConfig;
    this.#reported = this.#levels();
  }

  close(): void {
    clearTimeout(this.#boot);
  }

  #route(
    name: keyof typeof BIC_COMMANDS,
    handler: (request: FieldReader) => Uint8Array | readonly number[] | Promise<readonly number[]>,
  ): Route {
    const handle = async (request: FieldReader) => {
      if (request.u24() !== this.#iana) refuse(COMPLETION.invalidField);
      return [...le(this.#iana, 3), ...(await handler(request))];
    };
    return [BIC_NETFN, BIC_COMMANDS[name], PRIVILEGE.user, handle];
  }

  #levels(): boolean[] {
    const { host, isHostOn } = this.#around;
    const isOn = host !== undefined && isHostOn();
    const isUp = host?.state === 'running' || host?.state === 'shutdown';
    return twinLakesLines.map((name, number) => {
      if (poweredLines.includes(name)) return isOn;
      if (name === postComplete) return !isUp;
      return this.#outputs.get(number) ?? (name.endsWith('_N') && !lowLines.includes(name));
    });
  }

  #levelMask(): Uint8Array {
    const mask = new Uint8Array(byteCount);
    for (const [number, high] of this.#levels().entries())
      if (high) mask[number >> 3] = (mask[number >> 3] ?? 0) | (1 << (number & 7));
    return mask;
  }

  #setOutputs(request: FieldReader): readonly number[] {
    const [mask, values] = [request.bytes(byteCount), request.bytes(byteCount)];
    for (const number of twinLakesLines.keys())
      if (bitOf(mask, number)) this.#outputs.set(number, bitOf(values, number));
    return [];
  }

  /** Message Out: only the management engine is behind the bridge IC. */
  async #forward(request: FieldReader): Promise<readonly number[]> {
    const to = request.u8();
    if (to !== BIC_INTERFACE.me) return refuse(COMPLETION.parameterOutOfRange);
    const netFnLun = request.u8();
    const command = request.u8();
    const message = { netFn: netFnLun >> 2, lun: netFnLun & 3, command, data: request.rest() };
    const { code, data } = await this.#parts.engine.send(message);
    return [to, netFnLun | 4, command, code, ...data];
  }

  #send(command: number, data: readonly number[]): void {
    const bytes = Uint8Array.from([...le(this.#iana, 3), ...data]);
    this.#parts.send({ netFn: BIC_NETFN, command, data: bytes });
  }

  #reportLines(): void {
    const levels = this.#levels();
    for (const name of interruptLines) {
      const number = twinLakesLines.indexOf(name);
      if (levels[number] !== this.#reported[number])
        this.#send(BIC_COMMANDS.gpioInterrupt, [number, levels[number] ? 1 : 0]);
    }
    this.#reported = levels;
  }

  /** Firmware writes its codes to port 0x80, and sends requests before some of them. */
  #startBoot(cause: number): void {
    const requests = hostRequests(cause);
    this.#codes = [];
    let at = 0;
    const next = () => {
      const code = twinLakesPostCodes[at];
      if (code === undefined) return;
      const batch = requests[at++] ?? [];
      for (const request of (this.#config & forwardsRequests) === 0 ? [] : batch)
        this.#send(BIC_COMMANDS.messageIn, [BIC_INTERFACE.kcs, ...request]);
      this.#codes = [code, ...this.#codes].slice(0, maxCodes);
      if ((this.#config & sendsPostCodes) !== 0) this.#send(BIC_COMMANDS.postCode, [1, code]);
      this.#boot = setTimeout(next, codeInterval / this.#around.speed).unref();
    };
    next();
  }
}
