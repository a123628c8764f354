/**
 * Power cycle of the whole board by the hot-swap controller that feeds it: this controller loses its power too, and
 * starts as after a loss of mains.
 */
import type { I2cBus } from '../../../drivers/i2c/bus.ts';
import type { SensorChip } from '../../../drivers/i2c/sensor-chip.ts';
import type { DeviceFacts } from '../../platform/vocabulary/index.ts';
import type { BoardEvent, HostEvent } from '../model/event.ts';
import type { ChassisReset, PowerOutcome, StartedReset } from '../model/power.ts';
import { BoardRefusal } from '../model/refusal.ts';
import { fittedChip } from '../sensing/chip-reader.ts';

/** The request is answered and recorded before the power goes; milliseconds. */
const notice = 500;

export interface ChassisPowerCycleParts {
  readonly chassis: string;
  readonly name: string;
  readonly buses: ReadonlyMap<number, I2cBus>;
  readonly event: (event: BoardEvent) => void;
}

export class ChassisPowerCycle {
  readonly supported: readonly ChassisReset[] = ['PowerCycle'];
  readonly #device: DeviceFacts;
  readonly #parts: ChassisPowerCycleParts;
  #pending: NodeJS.Timeout | null = null;

  constructor(device: DeviceFacts, parts: ChassisPowerCycleParts) {
    this.#device = device;
    this.#parts = parts;
  }

  /** Why a reset is refused now; null when it is carried out. */
  refusal(type: ChassisReset): BoardRefusal | null {
    const { chassis } = this.#parts;
    if (type !== 'PowerCycle')
      return new BoardRefusal('not-supported', `${chassis} has no wiring for ${type}`);
    return this.#pending === null
      ? null
      : new BoardRefusal('busy', `PowerCycle of ${chassis} is under way: its power goes in a moment`);
  }

  /** Resolves once the chip has been identified as one that can cycle. @throws BoardRefusal, DeviceError */
  async reset(type: ChassisReset): Promise<StartedReset> {
    const refuse = () => {
      const refusal = this.refusal(type);
      if (refusal !== null) throw refusal;
    };
    refuse();
    const chip = await fittedChip(this.#device, this.#parts.buses);
    // Another request may have begun meanwhile.
    refuse();
    const { name } = this.#parts;
    this.#emit({
      message: 'ResourceEvent.ResourcePoweringOff',
      args: [name],
      severity: 'OK',
      detail: `${name} loses its power, and this controller with it.`,
    });
    const done = new Promise<PowerOutcome>((resolve) => {
      this.#pending = setTimeout(() => void this.#send(chip).then(resolve), notice);
    });
    return { done, performed: true };
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
      this.#emit({
        message: 'ResourceEvent.ResourceErrorsDetected',
        args: ['PowerState', 'PowerCycle failed'],
        severity: 'Critical',
        detail: `${reason}.`,
      });
      return { ok: false, reason };
    } finally {
      this.#pending = null;
    }
  }

  #emit(event: HostEvent): void {
    this.#parts.event({ ...event, origin: { kind: 'chassis', id: this.#parts.chassis } });
  }
}
