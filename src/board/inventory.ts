/** Inventory: the FRU EEPROMs of the board, read at start and looked at again now and then, since parts are swapped. */
import { type DecodedFru, decodeFru, fruText } from 'node-ipmi/fru';
import { DeviceError } from '../../drivers/errors.ts';
import type { I2cBus } from '../../drivers/i2c/bus.ts';
import { findChip } from '../../drivers/i2c/chips/index.ts';
import { openEeprom } from '../../drivers/i2c/eeprom.ts';
import type { DeviceFacts, Platform } from '../platform/schema.ts';
import type { Changes } from './changes.ts';
import type { Fru } from './model.ts';

type FruFacts = NonNullable<Platform['frus']>[number];
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
export function textsOf({ product, board, chassis }: DecodedFru): FruTexts {
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

export class BoardFru {
  readonly #facts: FruFacts;
  readonly #device: DeviceFacts;
  readonly #bus: I2cBus | undefined;
  readonly #changes: Changes;
  readonly chassis: string;
  #now: Pick<Fru, 'status' | 'fault' | 'image'> & FruTexts = {
    ...unknown,
    status: { state: 'Starting', health: 'OK' },
    fault: null,
    image: null,
  };
  #reported = false;

  constructor(
    facts: FruFacts,
    device: DeviceFacts,
    chassis: string,
    bus: I2cBus | undefined,
    changes: Changes,
  ) {
    this.#facts = facts;
    this.#device = device;
    this.chassis = chassis;
    this.#bus = bus;
    this.#changes = changes;
  }

  get id(): string {
    return this.#facts.id;
  }

  /** As the rest of the daemon sees it. */
  get view(): Fru {
    const { id, name, context } = this.#facts;
    return { id, name: name ?? id, chassis: this.chassis, context: context ?? null, ...this.#now };
  }

  /** Reads the EEPROM; whatever comes of it is shown and, when it is new, told. */
  async read(): Promise<void> {
    try {
      const spec = findChip(this.#device.chip);
      if (spec?.kind !== 'eeprom')
        throw new DeviceError('unsupported', this.#device.id, `${this.#device.chip} is no EEPROM`);
      if (this.#bus === undefined)
        throw new DeviceError('no-bus', this.#device.id, `there is no bus ${this.#device.bus}`);
      const eeprom = openEeprom(spec, this.#bus.device(this.#device.address));
      this.#decode(await eeprom.read(0, Math.min(eeprom.size, readLength)));
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      this.#lost(error);
    }
  }

  #decode(image: Uint8Array): void {
    const decoded = decodeFru(image);
    const [fault] = decoded.faults;
    const damaged = fault !== undefined;
    const same = this.#now.image !== null && Buffer.compare(this.#now.image, image) === 0;
    if (!same) {
      const words = damaged ? `${fault.area} area at offset ${fault.offset}: ${fault.message}` : null;
      this.#now = {
        ...textsOf(decoded),
        status: { state: 'Enabled', health: damaged ? 'Warning' : 'OK' },
        fault: words,
        image,
      };
      this.#changes.touch();
      if (damaged) this.#report('Platform.DeviceAssemblyDataMalformed', words ?? '');
    }
    if (damaged || !this.#reported) return;
    this.#reported = false;
    this.#changes.emit({
      message: 'ResourceEvent.ResourceStatusChangedOK',
      args: [this.view.name, 'OK'],
      severity: 'OK',
      origin: { kind: 'fru', id: this.id },
      condition: `fru:${this.id}`,
      resolves: true,
    });
  }

  #lost(error: DeviceError): void {
    const absent = error.kind === 'no-answer' && this.#device.optional === true;
    if (this.#now.fault === error.message) return;
    const state = absent ? 'Absent' : 'UnavailableOffline';
    this.#now = {
      ...unknown,
      status: { state, health: absent ? 'OK' : 'Warning' },
      fault: error.message,
      image: null,
    };
    this.#changes.touch();
    if (!absent) this.#report('Platform.DeviceAssemblyDataInaccessible', error.message);
  }

  #report(message: string, detail: string): void {
    if (this.#reported) return;
    this.#reported = true;
    this.#changes.emit({
      message,
      args: [this.view.name],
      severity: 'Warning',
      origin: { kind: 'fru', id: this.id },
      condition: `fru:${this.id}`,
      detail: `${detail}.`,
    });
  }
}
