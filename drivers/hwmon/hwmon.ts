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
  close(): Promise<void>;
}
