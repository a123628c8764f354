/**
 * Takes the power of the whole board away and gives it back, by the hot-swap controller that feeds it: this controller goes
 * with everything else, and comes back as after a loss of mains.
 */
import type { I2cBus } from '../../../drivers/i2c/bus.ts';
import type { SensorChip } from '../../../drivers/i2c/chip.ts';
import type { MessageCall } from '../../messages/keys.ts';
import type { DeviceFacts } from '../../platform/schema.ts';
import { type BoardEvent, BoardRefusal, type ChassisReset, type PowerOutcome } from '../model.ts';
import { fittedChip } from '../sensing/chip-reader.ts';

/** What was asked for is answered, and written down, before the power goes; milliseconds. */
const notice = 500;

export interface CycleParts {
  readonly chassis: string;
  readonly name: string;
  readonly buses: ReadonlyMap<number, I2cBus>;
  readonly event: (event: BoardEvent) => void;
}

export class Cycle {
  readonly supported: readonly ChassisReset[] = ['PowerCycle'];
  readonly #device: DeviceFacts;
  readonly #parts: CycleParts;
  #pending: NodeJS.Timeout | null = null;

  constructor(device: DeviceFacts, parts: CycleParts) {
    this.#device = device;
    this.#parts = parts;
  }

  allowed(): readonly ChassisReset[] {
    return this.#pending === null ? this.supported : [];
  }

  /** Resolves once the chip has been found to be the one that can. @throws BoardRefusal, DeviceError */
  async reset(type: ChassisReset): Promise<{ readonly done: Promise<PowerOutcome> }> {
    const { chassis, name } = this.#parts;
    if (type !== 'PowerCycle')
      throw new BoardRefusal('not-supported', `${chassis} has no wiring for ${type}`);
    const chip = await fittedChip(this.#device, this.#parts.buses);
    // Somebody else may have asked meanwhile.
    if (this.#pending !== null) throw new BoardRefusal('busy', `PowerCycle of ${chassis} is under way`);
    this.#tell(
      { message: 'ResourceEvent.ResourcePoweringOff', args: [name] },
      'OK',
      `${name} loses its power, and this controller with it.`,
    );
    const done = new Promise<PowerOutcome>((resolve) => {
      this.#pending = setTimeout(() => void this.#send(chip).then(resolve), notice);
    });
    return { done };
  }

  stop(): void {
    if (this.#pending !== null) clearTimeout(this.#pending);
  }

  async #send(chip: SensorChip): Promise<PowerOutcome> {
    try {
      await chip.powerCycle();
      return { ok: true };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#tell(
        { message: 'ResourceEvent.ResourceErrorsDetected', args: ['PowerState', 'PowerCycle failed'] },
        'Critical',
        `${reason}.`,
      );
      return { ok: false, reason };
    } finally {
      this.#pending = null;
    }
  }

  #tell(called: MessageCall, severity: BoardEvent['severity'], detail: string): void {
    const origin = { kind: 'chassis' as const, id: this.#parts.chassis };
    this.#parts.event({ ...called, severity, origin, detail });
  }
}
