import { randomBytes } from 'node:crypto';
import { concat } from '../bytes.ts';
import { le, type Reader } from '../command.ts';
import { PRIVILEGE } from '../commands/app.ts';
import {
  BOOT_PARAMETER,
  type BootFlags,
  CHASSIS_ACTIONS,
  type ChassisAction,
  decodeBootFlags,
  encodeBootFlags,
  POWER_POLICIES,
  type PowerPolicy,
} from '../commands/chassis.ts';
import { COMPLETION } from '../completion.ts';
import {
  BMC_ADDRESS,
  decodeIpmb,
  encodeIpmb,
  type IpmiRequest,
  type IpmiResponse,
  NETFN,
  responseTo,
  type Target,
} from '../message.ts';
import { BUS_CONTEXT, type RequestContext, type Route, Router, refuse } from './router.ts';
import { SensorStore } from './sensors.ts';
import { FruStore, SdrStore, SelStore } from './stores.ts';

/** What a simulated chassis does when told. */
export interface ChassisModel {
  powerOn(): boolean;
  control(action: ChassisAction): void | Promise<void>;
  /** Seconds, or until told otherwise. */
  identify(time: number | 'on'): void;
  identifying(): 'off' | 'temporary' | 'on';
}

/** Power readings in watts, for DCMI. */
export interface PowerModel {
  read(): {
    readonly current: number;
    readonly minimum: number;
    readonly maximum: number;
    readonly average: number;
  };
}

/** The serial line of a simulated host. */
export interface SerialModel {
  /** Characters from the console. */
  write(data: Uint8Array): void;
  sendBreak?(): void;
  /** Registers who gets the characters from the host; gives how to take that back. */
  onData(listener: (data: Uint8Array) => void): () => void;
}

export interface NodeOptions {
  /** 8-bit IPMB address; the BMC's 0x20 unless said otherwise. */
  readonly address?: number;
  readonly deviceId?: number;
  readonly firmware?: readonly [major: number, minorBcd: number];
  readonly manufacturer?: number;
  readonly product?: number;
  readonly guid?: Uint8Array;
  /** Sensor data records, as bytes. */
  readonly sdrs?: readonly Uint8Array[];
  /** Contents of FRU devices by their ID. */
  readonly frus?: ReadonlyMap<number, Uint8Array>;
  /** Records that the event log holds. */
  readonly selCapacity?: number;
  readonly chassis?: ChassisModel;
  readonly power?: PowerModel;
  readonly serial?: SerialModel;
  /** Nodes on the controller's buses: those that Send Message reaches. */
  readonly neighbours?: readonly {
    readonly channel: number;
    readonly address: number;
    readonly target: Target;
  }[];
  /** Commands of one's own; they come before the built-in ones. */
  readonly routes?: readonly Route[];
}

/**
 * A simulated management controller: device, chassis, sensors, event log, FRU, DCMI and bridging. It is a
 * target itself, and can be put behind a LanServer or an IPMB link.
 */
export class IpmiNode implements Target {
  readonly address: number;
  readonly sdr: SdrStore;
  readonly sel: SelStore;
  readonly fru: FruStore;
  readonly sensors: SensorStore;
  readonly guid: Uint8Array;
  readonly serial: SerialModel | undefined;
  bootFlags: BootFlags = decodeBootFlags(new Uint8Array(5));
  powerPolicy: PowerPolicy = 'alwaysOff';
  powerLimit: { readonly active: boolean; readonly data: Uint8Array } = {
    active: false,
    data: new Uint8Array(0),
  };
  assetTag = '';
  controllerId = '';
  readonly #options: NodeOptions;
  readonly #router: Router;
  readonly #watchdog = new Uint8Array(6);
  #clockOffset = 0;

  constructor(options: NodeOptions = {}) {
    this.#options = options;
    this.address = options.address ?? BMC_ADDRESS;
    this.guid = options.guid ?? randomBytes(16);
    this.serial = options.serial;
    const clock = (): number => Math.floor(Date.now() / 1000) + this.#clockOffset;
    this.sdr = new SdrStore(clock);
    for (const record of options.sdrs ?? []) this.sdr.add(record);
    this.sel = new SelStore(
      clock,
      (seconds) => {
        this.#clockOffset = seconds - Math.floor(Date.now() / 1000);
      },
      options.selCapacity ?? 512,
    );
    this.fru = new FruStore(options.frus ?? new Map());
    this.sensors = new SensorStore(
      this.sdr.records.values(),
      this.address,
      (record) => void this.sel.add(record),
    );
    this.#router = new Router([
      ...this.#appRoutes(),
      ...(options.chassis === undefined ? [] : this.#chassisRoutes(options.chassis)),
      ...(options.power === undefined ? [] : this.#dcmiRoutes(options.power)),
      ...this.sdr.routes(),
      ...this.sel.routes(),
      ...this.fru.routes(),
      ...this.sensors.routes(),
      ...(options.routes ?? []),
    ]);
  }

  /** Answers a request that came over a bus. */
  send(request: IpmiRequest): Promise<IpmiResponse> {
    return this.handle(request, BUS_CONTEXT);
  }

  /** Answers a request. Never fails. */
  handle(request: IpmiRequest, context: RequestContext): Promise<IpmiResponse> {
    return this.#router.handle(request, context);
  }

  /** Adds commands, or replaces them: those of the front door that carries the node. */
  addRoutes(routes: readonly Route[]): void {
    this.#router.add(routes);
  }

  /** The node that Send Message reaches at an address of a channel. */
  neighbour(channel: number, address: number): Target | undefined {
    if (address === this.address) return this;
    return this.#options.neighbours?.find((other) => other.channel === channel && other.address === address)
      ?.target;
  }

  #appRoutes(): readonly Route[] {
    const {
      deviceId = 0x20,
      firmware = [1, 0],
      manufacturer = 0,
      product = 0,
      sdrs = [],
      chassis,
    } = this.#options;
    const support =
      0x2f | (chassis === undefined ? 0 : 0x80) | (this.#options.neighbours === undefined ? 0 : 0x40);
    const hasSdrs = sdrs.length > 0 ? 0x80 : 0;
    const app = NETFN.app;
    const watchdog = this.#watchdog;
    return [
      [
        app,
        0x01,
        PRIVILEGE.user,
        () => [
          deviceId,
          1 | hasSdrs,
          ...firmware,
          0x02,
          support,
          ...le(manufacturer, 3),
          ...le(product, 2),
          0,
          0,
          0,
          0,
        ],
      ],
      [app, 0x02, PRIVILEGE.administrator, () => []],
      [app, 0x03, PRIVILEGE.administrator, () => []],
      [app, 0x04, PRIVILEGE.user, () => [0x55, 0x00]],
      [app, 0x07, PRIVILEGE.user, () => [chassis?.powerOn() === false ? 5 : 0, 0]],
      [app, 0x08, PRIVILEGE.user, () => this.guid],
      [app, 0x37, 0, () => this.guid],
      [
        app,
        0x24,
        PRIVILEGE.operator,
        (request) => {
          watchdog.set(request.bytes(6));
          watchdog[3] = 0;
          return [];
        },
      ],
      [app, 0x22, PRIVILEGE.operator, () => ((watchdog[4] ?? 0) | (watchdog[5] ?? 0) ? [] : refuse(0x80))],
      [app, 0x25, PRIVILEGE.user, () => concat(watchdog, watchdog.subarray(4, 6))],
      [app, 0x34, PRIVILEGE.user, (request) => this.#sendMessage(request)],
      [
        NETFN.sensorEvent,
        0x02,
        PRIVILEGE.operator,
        (request, context) => this.#platformEvent(request, context),
      ],
    ];
  }

  /** Over a bus, the answer of the node behind comes in the answer to Send Message. */
  async #sendMessage(request: Reader): Promise<Uint8Array> {
    const channel = request.u8() & 15;
    const message = decodeIpmb(request.rest());
    if (message === undefined) return refuse(COMPLETION.invalidField);
    const node = this.neighbour(channel, message.to);
    if (node === undefined) return refuse(0x83);
    const { netFn, command, data, toLun: lun } = message;
    return encodeIpmb(responseTo(message, await node.send({ netFn, command, data, lun })));
  }

  #platformEvent(request: Reader, context: RequestContext): number[] {
    // From a system interface or a session a generator ID comes first; from a bus it is the sender.
    const generator = context.channel === 0 || request.left < 8 ? BMC_ADDRESS : request.u8();
    const record = new Uint8Array(16);
    record[2] = 0x02;
    record[7] = generator;
    record.set(request.bytes(Math.min(request.left, 7)), 9);
    this.sel.add(record);
    return [];
  }

  #chassisRoutes(chassis: ChassisModel): readonly Route[] {
    const netFn = NETFN.chassis;
    const identifyBits = { off: 0, temporary: 0x10, on: 0x20 } as const;
    return [
      [netFn, 0x00, PRIVILEGE.user, () => [0, this.address, this.address, this.address, this.address]],
      [
        netFn,
        0x01,
        PRIVILEGE.user,
        () => [
          (chassis.powerOn() ? 1 : 0) | (POWER_POLICIES.indexOf(this.powerPolicy) << 5),
          0,
          0x40 | identifyBits[chassis.identifying()],
        ],
      ],
      [
        netFn,
        0x02,
        PRIVILEGE.operator,
        async (request) => {
          await chassis.control(CHASSIS_ACTIONS[request.u8() & 15] ?? refuse(COMPLETION.invalidField));
          return [];
        },
      ],
      [
        netFn,
        0x04,
        PRIVILEGE.operator,
        (request) => {
          const seconds = request.left > 0 ? request.u8() : 15;
          chassis.identify(request.left > 0 && (request.u8() & 1) !== 0 ? 'on' : seconds);
          return [];
        },
      ],
      [
        netFn,
        0x06,
        PRIVILEGE.operator,
        (request) => {
          const policy = request.u8() & 7;
          this.powerPolicy = POWER_POLICIES[policy] ?? this.powerPolicy;
          return [7];
        },
      ],
      [netFn, 0x07, PRIVILEGE.user, () => [1, 1]],
      [netFn, 0x08, PRIVILEGE.operator, (request) => this.#setBoot(request)],
      [netFn, 0x09, PRIVILEGE.operator, (request) => this.#getBoot(request)],
      [netFn, 0x0f, PRIVILEGE.user, () => [60, 0, 0, 0, 0]],
    ];
  }

  #setBoot(request: Reader): number[] {
    const parameter = request.u8() & 0x7f;
    if (parameter === BOOT_PARAMETER.flags) this.bootFlags = decodeBootFlags(request.bytes(5));
    // Set in progress, clearing of the valid bit and acknowledgements are taken and have no effect here.
    else if (parameter > BOOT_PARAMETER.initiator) refuse(0x80);
    return [];
  }

  #getBoot(request: Reader): number[] {
    const parameter = request.u8() & 0x7f;
    if (parameter > BOOT_PARAMETER.flags) refuse(0x80);
    const { device = 'none', ...flags } = this.bootFlags;
    const data = [[0], [0], [0], [0], [0, 0], encodeBootFlags({ ...flags, device })][parameter] ?? [0];
    return [0x01, parameter, ...data];
  }

  #dcmiRoutes(power: PowerModel): readonly Route[] {
    const { user, operator, administrator } = PRIVILEGE;
    const command = (
      number: number,
      privilege: number,
      handler: (request: Reader) => readonly number[],
    ): Route => [
      NETFN.group,
      number,
      privilege,
      (request) => {
        if (request.u8() !== 0xdc) refuse(COMPLETION.invalidCommand);
        return [0xdc, ...handler(request)];
      },
    ];
    const text =
      (get: () => string) =>
      (request: Reader): number[] => {
        const bytes = Buffer.from(get(), 'utf8');
        const offset = request.u8();
        return [bytes.length, ...bytes.subarray(offset, offset + request.u8())];
      };
    return [
      command(0x01, user, (request) => {
        const data = { 1: [0, 1, 7], 2: [0, 2, 0, 0, 0], 3: [0x20, 0], 4: [1, 0, 0], 5: [1, 0] }[
          request.u8()
        ];
        return [1, 5, 2, ...(data ?? refuse(COMPLETION.parameterOutOfRange))];
      }),
      command(0x02, user, () => {
        const { current, minimum, maximum, average } = power.read();
        const watts = [current, minimum, maximum, average].flatMap((value) => le(Math.round(value), 2));
        return [...watts, ...le(Math.floor(Date.now() / 1000), 4), ...le(1000, 4), 0x40];
      }),
      command(0x03, user, () => {
        const { data } = this.powerLimit;
        if (data.length === 0) return refuse(0x80);
        return [0, 0, ...data];
      }),
      command(0x04, operator, (request) => {
        request.bytes(3);
        this.powerLimit = { ...this.powerLimit, data: request.bytes(11) };
        return [];
      }),
      command(0x05, operator, (request) => {
        this.powerLimit = { ...this.powerLimit, active: request.u8() === 1 };
        return [];
      }),
      command(
        0x06,
        user,
        text(() => this.assetTag),
      ),
      command(0x08, operator, (request) => {
        const offset = request.u8();
        const length = request.u8();
        this.assetTag = this.assetTag.slice(0, offset) + Buffer.from(request.bytes(length)).toString('utf8');
        return [this.assetTag.length];
      }),
      command(
        0x09,
        user,
        text(() => `${this.controllerId}\0`),
      ),
      command(0x0a, administrator, (request) => {
        const offset = request.u8();
        const part = Buffer.from(request.bytes(request.u8())).toString('utf8');
        this.controllerId = (this.controllerId.slice(0, offset) + part).replaceAll('\0', '');
        return [this.controllerId.length];
      }),
    ];
  }
}

/** A chassis that does what it is told at once: for tests, and where nothing better is known. */
export function simpleChassis(on = false): ChassisModel & { readonly actions: ChassisAction[] } {
  const actions: ChassisAction[] = [];
  let power = on;
  let identifying: 'off' | 'temporary' | 'on' = 'off';
  return {
    actions,
    powerOn: () => power,
    control(action) {
      actions.push(action);
      if (action === 'powerUp') power = true;
      if (action === 'powerDown' || action === 'softShutdown') power = false;
    },
    identify(time) {
      identifying = time === 'on' ? 'on' : time === 0 ? 'off' : 'temporary';
    },
    identifying: () => identifying,
  };
}
