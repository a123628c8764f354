/** Inventory: the FRU EEPROMs of the board, read at start and looked at again now and then, since parts are swapped. */
import { type DecodedFru, decodeFru, fruText } from 'node-ipmi/fru';
import { DeviceError } from '../../../drivers/errors.ts';
import type { Hwmon } from '../../../drivers/hwmon/hwmon.ts';
import type { I2cBus } from '../../../drivers/i2c/bus.ts';
import { findChip } from '../../../drivers/i2c/chips/index.ts';
import { openEeprom } from '../../../drivers/i2c/eeprom.ts';
import type { MessageKeyTaking } from '../../messages/keys.ts';
import type { DeviceFacts, Platform } from '../../platform/vocabulary/index.ts';
import type { Fru } from '../model/chassis.ts';
import type { Origin } from '../model/event.ts';
import { chassisScope } from '../model/revisions.ts';
import type { Status } from '../model/status.ts';
import type { Unavailability } from '../sensing/unavailability.ts';
import type { BoardSignals } from '../signals.ts';
import { ByChassis } from './by-chassis.ts';

type FruFacts = NonNullable<Platform['frus']>[number];
type NodeFru = FruFacts & { readonly node: string };
type FruTexts = Omit<Fru, 'id' | 'name' | 'chassis' | 'context' | 'status' | 'fault' | 'image'>;

/** How much of an EEPROM is read: inventories are far shorter, and the bus has other things to do. */
const readLength = 2048;

const unknown: FruTexts = {
  manufacturer: null,
  model: null,
  partNumber: null,
  serialNumber: null,
  version: null,
  assetTag: null,
  chassisPartNumber: null,
  chassisSerialNumber: null,
  boardManufacturer: null,
  boardModel: null,
  boardPartNumber: null,
  boardSerialNumber: null,
  manufactured: null,
};

/** The texts of a decoded FRU; the product area speaks for the whole, the board area where it is silent. */
function textsOf({ product, board, chassis }: DecodedFru): FruTexts {
  const boardManufacturer = fruText(board?.manufacturer);
  const boardModel = fruText(board?.productName);
  const boardPartNumber = fruText(board?.partNumber);
  const boardSerialNumber = fruText(board?.serialNumber);
  return {
    manufacturer: fruText(product?.manufacturer) ?? boardManufacturer,
    model: fruText(product?.productName) ?? boardModel,
    partNumber: fruText(product?.partNumber) ?? boardPartNumber,
    serialNumber: fruText(product?.serialNumber) ?? boardSerialNumber,
    version: fruText(product?.version),
    assetTag: fruText(product?.assetTag),
    chassisPartNumber: fruText(chassis?.partNumber),
    chassisSerialNumber: fruText(chassis?.serialNumber),
    boardManufacturer,
    boardModel,
    boardPartNumber,
    boardSerialNumber,
    manufactured: board?.manufactured ?? null,
  };
}

/** Inventories are read again so long after the last round: parts are swapped while the board runs. */
const period = 60_000;

export interface InventoryParts {
  readonly buses: ReadonlyMap<number, I2cBus>;
  readonly hwmon: Hwmon;
  readonly signals: BoardSignals;
  /** Why a FRU cannot be read now although nothing is wrong; null when it can. */
  readonly unavailability: (fru: FruFacts, device: DeviceFacts | undefined) => Unavailability | null;
}

export class Inventory {
  /** As the rest of the daemon sees them; replaced by a new one with each change. */
  readonly frus: ReadonlyMap<string, Fru>;
  readonly #frus = new Map<string, Fru>();
  /** The same by where they are. */
  readonly byChassis = new ByChassis<Fru>();
  readonly #parts: InventoryParts;
  readonly #sources: readonly { readonly facts: FruFacts; readonly device: DeviceFacts }[];
  /** Those that nodes hold. */
  #ofNodes: NodeFru[] = [];
  /** What has been told to be wrong, by the id of the FRU. */
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

  /** Declares an inventory that a node holds; it is read by `readNode`. */
  addOfNode(facts: NodeFru, chassis: string): void {
    this.#ofNodes.push(facts);
    this.#declare(facts, chassis);
  }

  /** The inventories of a node go with it. */
  removeOfNode(node: string): void {
    const gone = this.#ofNodes.filter((facts) => facts.node === node);
    this.#ofNodes = this.#ofNodes.filter((facts) => facts.node !== node);
    for (const { id } of gone) {
      const fru = this.#frus.get(id);
      if (fru !== undefined) this.byChassis.delete(fru);
      this.#frus.delete(id);
    }
  }

  /** Reads what a node holds; `read` gives the image of an inventory by its number. Never fails. */
  async readNode(node: string, read: (number: number) => Promise<Uint8Array>): Promise<void> {
    for (const facts of this.#ofNodes.filter((each) => each.node === node))
      await this.#read(facts, undefined, () => read(facts.number ?? 0));
    if (!this.#stopped) this.#parts.signals.emit('inventoryRead', undefined);
  }

  #declare({ id, name, context, chassis }: FruFacts, defaultChassis: string): void {
    this.#put({
      ...{ id, name: name ?? id, chassis: chassis ?? defaultChassis, context: context ?? null },
      ...unknown,
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

  /** Reads all, now and then again; called while a round is under way, one more follows it. */
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
    // Those of nodes are read when their node answers.
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
        if (!this.#stopped) await this.#read(facts, device, () => this.#imageOf(device));
      if (!this.#stopped) this.#parts.signals.emit('inventoryRead', undefined);
    }
    this.#reading = false;
    if (!this.#stopped) this.#timer = setTimeout(() => this.refresh(), period).unref();
  }

  /** Reads an EEPROM; whatever comes of it is shown and, when it is new, told. */
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

  /** Marks a FRU that cannot be read now; says whether it did. */
  #isUnavailable(facts: FruFacts, device: DeviceFacts | undefined): boolean {
    const unavailability = this.#parts.unavailability(facts, device);
    if (unavailability === null) return false;
    this.#unavailable.add(facts.id);
    this.#markUnreadable(facts.id, { state: unavailability.state, health: 'OK' }, unavailability.reason);
    return true;
  }

  async #imageOf({ id, chip, bus, address }: DeviceFacts): Promise<Uint8Array> {
    const spec = findChip(chip);
    const on = this.#parts.buses.get(bus);
    if (spec?.kind !== 'eeprom') throw new DeviceError('unsupported', id, `${chip} is no EEPROM`);
    if (on === undefined) throw new DeviceError('no-bus', id, `there is no bus ${bus}`);
    const eeprom = openEeprom(spec, on.device(address));
    const length = Math.min(eeprom.size, readLength);
    try {
      return await eeprom.read(0, length);
    } catch (error) {
      if (!(error instanceof DeviceError) || error.kind !== 'held') throw error;
      // The kernel's driver has it, and shows it as a file.
      return this.#parts.hwmon.eeprom(bus, address, length).catch(() => Promise.reject(error));
    }
  }

  #decode(id: string, image: Uint8Array): void {
    const before = this.#frus.get(id)?.image ?? null;
    // Most rounds find what the last one found.
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
      this.#update(id, { ...unknown, status, fault, image: null });
    // What is not there is not damaged either.
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
