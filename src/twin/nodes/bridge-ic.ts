/**
 * What a bridge IC does besides IPMI: the commands of network function 0x38, and what it sends to the controller by
 * itself. Layouts, all behind the maker's number of three bytes (facebook/openbmc, common/recipes-core/ipmid ipmid.c
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
  type IpmiNode,
  type IpmiRequest,
  le,
  NETFN,
  PRIVILEGE,
  type Reader,
  type Route,
  refuse,
} from 'node-ipmi';
import type { HostState } from '../host.ts';
import { beforeReset, type NodeSurroundings } from './node.ts';
import { twinLakesLines, twinLakesPostCodes } from './twin-lakes.ts';

export interface BridgeIc {
  readonly routes: readonly Route[];
  /** The state of the host, or what its power-good shows, may have changed. */
  changed(): void;
  /** As after power-on: nothing is kept. */
  restart(): void;
  close(): void;
}

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
/** Low: the latch is closed, the controller is there, no probe is plugged in; the others that end in N rest high. */
const lowLines: readonly LineName[] = [
  'FM_EJECTOR_LATCH_DETECT_N',
  'BMC_READY_N',
  'FM_JTAG_BIC_TCK_MUX_SEL_N',
];
const postComplete: LineName = 'FM_BIOS_POST_COMPT_N';
/** A change of these is told. */
const toldLines: readonly LineName[] = ['PWRGD_COREPWR', 'PWRGD_PCH_PWROK', postComplete];
const bit = (name: LineName) => twinLakesLines.indexOf(name);

const versions: Readonly<Record<number, readonly number[]>> = {
  [BIC_COMPONENT.cpld]: [0x00, 0x00, 0x02, 0x07],
  [BIC_COMPONENT.bic]: [0x01, 0x23],
  [BIC_COMPONENT.me]: [0x04, 0x00, 0x04, 0x29, 0x01],
};

/** Milliseconds between two codes of a boot, and how many are kept. */
const codeInterval = 500;
const keptCodes = 230;
/** Boot flags are parameter 5 of Get System Boot Options. */
const bootFlags = [0x05, 0x00, 0x00] as const;
/** "System Boot Initiated", of the firmware (software id 1): offsets 0 and 1 are power up and hard reset. */
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

/** What the firmware of the host asks the controller before which code: network function, command, data. */
const hostRequests = (cause: number): Readonly<Record<number, readonly number[]>> => ({
  1: [NETFN.storage << 2, 0x48],
  2: [NETFN.chassis << 2, 0x09, ...bootFlags],
  3: [NETFN.storage << 2, 0x44, ...bootEvent(cause)],
});

export function createBridgeIc(
  maker: 'meta' | 'wiwynn',
  around: NodeSurroundings,
  parts: {
    /** The management engine behind it. */
    readonly engine: IpmiNode;
    /** Sends to the controller; what comes back, if anything, is not needed. */
    tell(request: IpmiRequest): void;
    restart(): void;
  },
): BridgeIc {
  const iana = le(BIC_IANA[maker], 3);
  /** Outputs that the controller has set, by number. */
  const set = new Map<number, boolean>();
  const bytes = Math.ceil(twinLakesLines.length / 8);
  let config = 0b110;
  let codes: number[] = [];
  let state: HostState | undefined;
  let told = levels();
  let boot: NodeJS.Timeout | undefined;

  function levels(): boolean[] {
    const isOn = around.host !== undefined && around.isHostOn();
    const isUp = around.host?.state === 'running' || around.host?.state === 'shutdown';
    return twinLakesLines.map((name, number) => {
      if (poweredLines.includes(name)) return isOn;
      if (name === postComplete) return !isUp;
      return set.get(number) ?? (name.endsWith('_N') && !lowLines.includes(name));
    });
  }

  const tell = (command: number, data: readonly number[]) =>
    parts.tell({ netFn: BIC_NETFN, command, data: Uint8Array.from([...iana, ...data]) });

  function tellLines(): void {
    const now = levels();
    for (const name of toldLines) {
      const number = bit(name);
      if (now[number] !== told[number]) tell(BIC_COMMANDS.gpioInterrupt, [number, now[number] ? 1 : 0]);
    }
    told = now;
  }

  /** Firmware writes to port 0x80, one code after the other. */
  function start(cause: number): void {
    const requests = hostRequests(cause);
    codes = [];
    let at = 0;
    const next = () => {
      const code = twinLakesPostCodes[at];
      if (code === undefined) return;
      const request = requests[at++];
      if (request && (config & 4) !== 0) tell(BIC_COMMANDS.messageIn, [BIC_INTERFACE.kcs, ...request]);
      codes = [code, ...codes].slice(0, keptCodes);
      if ((config & 2) !== 0) tell(BIC_COMMANDS.postCode, [1, code]);
      boot = setTimeout(next, codeInterval / around.speed).unref();
    };
    next();
  }

  const route = (
    name: keyof typeof BIC_COMMANDS,
    handler: (request: Reader) => Uint8Array | readonly number[] | Promise<readonly number[]>,
  ): Route => [
    BIC_NETFN,
    BIC_COMMANDS[name],
    PRIVILEGE.user,
    async (request) => {
      if (request.u24() !== BIC_IANA[maker]) refuse(COMPLETION.invalidField);
      return [...iana, ...(await handler(request))];
    },
  ];

  return {
    routes: [
      route('getGpio', () => {
        const mask = new Uint8Array(bytes);
        levels().forEach((high, number) => {
          if (high) mask[number >> 3] = (mask[number >> 3] ?? 0) | (1 << (number & 7));
        });
        return mask;
      }),
      route('setGpio', (request) => {
        const [mask, values] = [request.bytes(bytes), request.bytes(bytes)];
        const has = (of: Uint8Array, number: number) => ((of[number >> 3] ?? 0) & (1 << (number & 7))) !== 0;
        twinLakesLines.forEach((_name, number) => {
          if (has(mask, number)) set.set(number, has(values, number));
        });
        return [];
      }),
      route('getConfig', () => [config]),
      route('setConfig', (request) => {
        config = request.u8() & 7;
        return [];
      }),
      route('firmwareVersion', (request) => versions[request.u8()] ?? refuse(COMPLETION.parameterOutOfRange)),
      route('postBuffer', () => codes),
      route('reset', () => {
        setTimeout(parts.restart, beforeReset).unref();
        return [];
      }),
      route('messageOut', async (request) => {
        const to = request.u8();
        // Nobody else is behind it.
        if (to !== BIC_INTERFACE.me) return refuse(COMPLETION.parameterOutOfRange);
        const netFnLun = request.u8();
        const command = request.u8();
        const message = { netFn: netFnLun >> 2, lun: netFnLun & 3, command, data: request.rest() };
        const { code, data } = await parts.engine.send(message);
        return [to, netFnLun | 4, command, code, ...data];
      }),
    ],
    changed() {
      const now = around.host?.state;
      // An interrupt needs somebody to send it.
      if (!around.hasPower()) {
        clearTimeout(boot);
        told = levels();
        state = now;
        return;
      }
      tellLines();
      if (now === state) return;
      const before = state;
      state = now;
      if (now === 'running') return;
      clearTimeout(boot);
      if (now === 'post') start(before === 'off' || before === 'starting' ? 0 : 1);
    },
    restart() {
      clearTimeout(boot);
      set.clear();
      codes = [];
      config = 0b110;
      told = levels();
    },
    close: () => clearTimeout(boot),
  };
}
