/** A simulated management controller. */
import { randomBytes } from 'node:crypto';
import { type FieldReader, le } from '../command.ts';
import { PRIVILEGE } from '../commands/app.ts';
import { type BootFlags, decodeBootFlags, encodeBootFlags } from '../commands/boot.ts';
import type { PowerPolicy } from '../commands/chassis.ts';
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
import { BootOptions } from './boot-options.ts';
import { type ChassisModel, type ChassisState, chassisRoutes } from './chassis.ts';
import { type DcmiState, dcmiRoutes, type PowerModel } from './dcmi.ts';
import { BUS_CONTEXT, type RequestContext, type Route, Router, refuse } from './router.ts';
import { SensorStore } from './sensors.ts';
import { FruStore, SdrStore, SelStore } from './stores.ts';
import { SystemInfo } from './system-info.ts';
import { SystemInterface } from './system-interface.ts';
import { WatchdogTimer } from './watchdog.ts';

/** The serial line of a simulated host. */
export interface SerialModel {
  /** Characters from the console. */
  write(data: Uint8Array): void;
  sendBreak?(): void;
  /** Registers who gets the characters from the host; gives how to take that back. */
  onData(listener: (data: Uint8Array) => void): () => void;
}

export interface NodeOptions {
  /** 8-bit IPMB address; the BMC's 0x20 by default. */
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
export class IpmiNode implements Target, ChassisState, DcmiState {
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
  readonly #boot = new BootOptions({
    flags: () => encodeBootFlags({ ...this.bootFlags, device: this.bootFlags.device ?? 'none' }),
    setFlags: (bytes) => {
      this.bootFlags = decodeBootFlags(bytes);
    },
  });
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
      // What a host may say comes first: a front door has its own view of channels, and a chassis of its power.
      ...new SystemInterface({ attention: () => undefined }).routes(),
      ...new SystemInfo().routes(),
      ...new WatchdogTimer().routes(),
      ...this.#appRoutes(),
      ...(options.chassis === undefined ? [] : chassisRoutes(options.chassis, this)),
      ...(options.chassis === undefined ? [] : this.#boot.routes()),
      ...(options.power === undefined ? [] : dcmiRoutes(options.power, this)),
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
  async #sendMessage(request: FieldReader): Promise<Uint8Array> {
    const channel = request.u8() & 15;
    const message = decodeIpmb(request.rest());
    if (message === undefined) return refuse(COMPLETION.invalidField);
    const node = this.neighbour(channel, message.to);
    if (node === undefined) return refuse(0x83);
    const { netFn, command, data, toLun: lun } = message;
    return encodeIpmb(responseTo(message, await node.send({ netFn, command, data, lun })));
  }

  #platformEvent(request: FieldReader, context: RequestContext): number[] {
    // From a system interface or a session a generator ID comes first; from a bus it is the sender.
    const generator = context.channel === 0 || request.left < 8 ? BMC_ADDRESS : request.u8();
    const record = new Uint8Array(16);
    record[2] = 0x02;
    record[7] = generator;
    record.set(request.bytes(Math.min(request.left, 7)), 9);
    this.sel.add(record);
    return [];
  }
}
