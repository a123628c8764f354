/** The interface to the hwmon, IIO and PWM drivers of the kernel. */
import type { KernelPlace } from '../i2c/chip.ts';

/**
 * What the kernel's hwmon, IIO and PWM drivers offer of the management controller itself, by index and not by
 * the number that sysfs happens to give. Units are the physical ones: volt at the pin, revolutions per minute,
 * duty in percent.
 */
export interface Hwmon {
  /** Volt at the pin of ADC channel `channel`. @throws DeviceError */
  adc(channel: number): Promise<number>;
  /** Revolutions per minute of tachometer `index`. @throws DeviceError */
  tach(index: number): Promise<number>;
  /** Duty of PWM output `index`, 0 to 100 percent. @throws DeviceError */
  duty(index: number): Promise<number>;
  /** Sets the duty of PWM output `index`, 0 to 100 percent. @throws DeviceError */
  setDuty(index: number, percent: number): Promise<void>;
  /**
   * What a driver of the kernel that owns the chip at `address` of bus `bus` shows at this place, in the units of sysfs.
   * @throws DeviceError `no-bus` where no driver shows it
   */
  chip(bus: number, address: number, place: KernelPlace): Promise<number>;
  /**
   * Sets the duty of output `index`, from 1, of a chip that a driver of the kernel owns; percent.
   * @throws DeviceError `no-bus` where no driver shows it
   */
  setChipDuty(bus: number, address: number, index: number, percent: number): Promise<void>;
  /**
   * The inputs of the device with this driver name whose `_label` matches, in the units of sysfs, by label.
   * @throws DeviceError `no-bus` where there is no such device
   */
  labelled(device: string, labels: RegExp): Promise<ReadonlyMap<string, number>>;
  /** The contents of an EEPROM that the kernel's driver has, `length` bytes at most. @throws DeviceError */
  eeprom(bus: number, address: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}
