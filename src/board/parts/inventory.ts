/** Inventory: the FRU images of the board, read at start and again periodically, since components are swapped. */
import { decodeFru } from 'node-ipmi/fru';
import { DeviceError } from '../../../drivers/errors.ts';
import type { Hwmon } from '../../../drivers/hwmon/hwmon.ts';
import type { I2cBus } from '../../../drivers/i2c/bus.ts';
import type { MessageKeyTaking } from '../../messages/keys.ts';
import type { DeviceFacts, Platform } from '../../platform/vocabulary/index.ts';
import type { Fru } from '../model/chassis.ts';
import type { Origin } from '../model/event.ts';
import { chassisScope } from '../model/revisions.ts';
import type { Status } from '../model/status.ts';
import type { Unavailability } from '../sensing/unavailability.ts';
import type { BoardSignals } from '../signals.ts';
import { ByChassis } from './by-chassis.ts';
import { eepromImage } from './eeprom-image.ts';
import { type FruTexts, textsOf, unknownTexts } from './fru-texts.ts';

type FruFacts = NonNullable<Platform['frus']>[number];
type NodeFru = FruFacts & { readonly node: string };

/** Milliseconds between the end of a round and the next. */
const period = 60_000;

export interface InventoryParts {
  readonly buses: ReadonlyMap<number, I2cBus>;
  readonly hwmon: Hwmon;
  readonly signals: BoardSignals;
  /** Why a FRU cannot be read now although nothing is wrong; null when it can. */
  readonly unavailability: (fru: FruFacts, device: DeviceFacts | undefined) => Unavailability | null;
}

export class Inventory {
  /** By id; each is replaced by a new object when it changes. */
  readonly frus: ReadonlyMap<string, Fru>;
  readonly #frus = new Map<string, Fru>();
  /** The same by their chassis. */
  readonly byChassis = new ByChassis<Fru>();
  readonly #parts: InventoryParts;
  readonly #sources: readonly { readonly facts: FruFacts; readonly device: DeviceFacts }[];
  /** FRUs that are read over IPMI. */
  #ofNodes: NodeFru[] = [];
  /** Message of the reported fault, by the id of the FRU. */
  readonly #reported = new Map<string, string>();
  readonly #unavailable = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #reading = false;
  #again = false;
  #stopped = false;

  constructor(platform: Platform, parts: InventoryParts, defaultChassis: string) {
    this.#parts = parts;
    this.#sources = (platform.frus ?? []).flatMap((facts) => {
      const device = platform.devices?.find(({ id }) => id === facts.device);
      return device === undefined ? [] : [{ facts, device }];
    });
    for (const { facts, device } of this.#sources) this.#declare(facts, device.chassis ?? defaultChassis);
    for (const facts of platform.frus ?? []) {
      if (facts.node === undefined) continue;
      const node = platform.nodes?.find(({ id }) => id === facts.node);
      this.addOfNode({ ...facts, node: facts.node }, node?.chassis ?? defaultChassis);
    }
    this.frus = this.#frus;
    parts.signals.on('availabilityChanged', () => this.#reevaluate());
  }

  /** Declares an inventory of a node, which `readNode` reads. */
  addOfNode(facts: NodeFru, chassis: string): void {
    this.#ofNodes.push(facts);
    this.#declare(facts, chassis);
  }

  /** Removes the inventories of a node. */
  removeOfNode(node: string): void {
    const gone = this.#ofNodes.filter((facts) => facts.node === node);
    this.#ofNodes = this.#ofNodes.filter((facts) => facts.node !== node);
    for (const { id } of gone) {
      const fru = this.#frus.get(id);
      if (fru !== undefined) this.byChassis.delete(fru);
      this.#frus.delete(id);
    }
  }

  /** Reads the inventories of a node; `read` returns an image by its FRU device id. Never fails. */
  async readNode(node: string, read: (number: number) => Promise<Uint8Array>): Promise<void> {
    for (const facts of this.#ofNodes.filter((each) => each.node === node))
      await this.#read(facts, undefined, () => read(facts.number ?? 0));
    if (!this.#stopped) this.#parts.signals.emit('inventoryRead', undefined);
  }

  #declare({ id, name, context, chassis }: FruFacts, defaultChassis: string): void {
    this.#put({
      ...{ id, name: name ?? id, chassis: chassis ?? defaultChassis, context: context ?? null },
      ...unknownTexts,
      status: { state: 'Starting', health: 'OK' },
      fault: null,
      image: null,
    });
  }

  #put(fru: Fru): void {
    const before = this.#frus.get(fru.id);
    if (before !== undefined) this.byChassis.delete(before);
    this.#frus.set(fru.id, fru);
    this.byChassis.add(fru);
  }

  /** Reads all now, and periodically after that; during a round it requests another one. */
  refresh(): void {
    clearTimeout(this.#timer);
    this.#again = true;
    if (!this.#reading && !this.#stopped) void this.#rounds();
  }

  /** Marks what cannot be read any more, and reads what can be again. */
  #reevaluate(): void {
    if (this.#stopped) return;
    const released = this.#sources.filter(
      ({ facts, device }) => !this.#isUnavailable(facts, device) && this.#unavailable.delete(facts.id),
    );
    // Inventories of nodes are read when their node responds.
    for (const facts of this.#ofNodes)
      if (!this.#isUnavailable(facts, undefined)) this.#unavailable.delete(facts.id);
    if (released.length > 0) this.refresh();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #rounds(): Promise<void> {
    this.#reading = true;
    while (this.#again && !this.#stopped) {
      this.#again = false;
      for (const { facts, device } of this.#sources)
        if (!this.#stopped)
          await this.#read(facts, device, () => eepromImage(device, this.#parts.buses, this.#parts.hwmon));
      if (!this.#stopped) this.#parts.signals.emit('inventoryRead', undefined);
    }
    this.#reading = false;
    if (!this.#stopped) this.#timer = setTimeout(() => this.refresh(), period).unref();
  }

  /** Reads an image and shows the result; a new fault is reported once. Never fails. */
  async #read(
    facts: FruFacts,
    device: DeviceFacts | undefined,
    imageOf: () => Promise<Uint8Array>,
  ): Promise<void> {
    if (this.#isUnavailable(facts, device)) return;
    try {
      const image = await imageOf();
      // Its power may have gone meanwhile.
      if (!this.#stopped && !this.#isUnavailable(facts, device)) this.#decode(facts.id, image);
    } catch (error) {
      if (this.#stopped || this.#isUnavailable(facts, device)) return;
      const message = error instanceof Error ? error.message : String(error);
      const isAbsent =
        error instanceof DeviceError && error.kind === 'no-answer' && device?.optional === true;
      if (isAbsent) this.#markUnreadable(facts.id, { state: 'Absent', health: 'OK' }, message);
      else {
        this.#markUnreadable(facts.id, { state: 'UnavailableOffline', health: 'Warning' }, message);
        this.#emitFault(facts.id, 'Platform.DeviceAssemblyDataInaccessible', message);
      }
    }
  }

  /** Marks a FRU that cannot be read now. @returns whether it cannot */
  #isUnavailable(facts: FruFacts, device: DeviceFacts | undefined): boolean {
    const unavailability = this.#parts.unavailability(facts, device);
    if (unavailability === null) return false;
    this.#unavailable.add(facts.id);
    this.#markUnreadable(facts.id, { state: unavailability.state, health: 'OK' }, unavailability.reason);
    return true;
  }

  #decode(id: string, image: Uint8Array): void {
    const before = this.#frus.get(id)?.image ?? null;
    // Most rounds find no change.
    if (before !== null && Buffer.compare(before, image) === 0) return;
    const decoded = decodeFru(image);
    const [first] = decoded.faults;
    const fault =
      first === undefined ? null : `${first.area} area at offset ${first.offset}: ${first.message}`;
    const health = fault === null ? 'OK' : 'Warning';
    this.#update(id, { ...textsOf(decoded), status: { state: 'Enabled', health }, fault, image });
    if (fault === null) this.#emitOk(id);
    else this.#emitFault(id, 'Platform.DeviceAssemblyDataMalformed', fault);
  }

  #markUnreadable(id: string, status: Status, fault: string): void {
    const before = this.#frus.get(id);
    if (before?.fault !== fault || before.status.state !== status.state)
      this.#update(id, { ...unknownTexts, status, fault, image: null });
    // A fault of a component that is expected to be missing is over.
    if (status.health === 'OK') this.#emitOk(id);
  }

  #update(id: string, now: Pick<Fru, 'status' | 'fault' | 'image'> & FruTexts): void {
    const before = this.#frus.get(id);
    if (before === undefined) return;
    this.#put({ ...before, ...now });
    this.#parts.signals.emit('stateChanged', chassisScope(before.chassis));
  }

  #emitFault(id: string, message: MessageKeyTaking<1>, detail: string): void {
    if (this.#reported.get(id) === message) return;
    this.#reported.set(id, message);
    this.#parts.signals.emit('event', {
      message,
      args: [this.#frus.get(id)?.name ?? id],
      severity: 'Warning',
      origin: this.#origin(id),
      condition: `fru:${id}`,
      detail: `${detail}.`,
    });
  }

  #origin(id: string): Origin {
    const chassis = this.#frus.get(id)?.chassis;
    return { kind: 'fru', id, ...(chassis === undefined ? {} : { chassis }) };
  }

  #emitOk(id: string): void {
    if (!this.#reported.delete(id)) return;
    const fru = this.#frus.get(id);
    this.#parts.signals.emit('event', {
      message: 'ResourceEvent.ResourceStatusChangedOK',
      args: [fru?.name ?? id, fru?.status.state ?? 'Enabled'],
      severity: 'OK',
      origin: this.#origin(id),
      condition: `fru:${id}`,
      resolves: true,
    });
  }
}
