/**
 * What went wrong on the way to a device. Every driver fails with one of these, so that the layers above
 * can distinguish a missing part from a hung bus without knowing errno values.
 *
 * - `no-bus`: the bus, line or sysfs node does not exist on this machine.
 * - `no-answer`: the device did not acknowledge (I2C NACK, IPMB time-out).
 * - `stuck`: the bus did not finish the transfer in time (SDA held low, hung adapter).
 * - `wrong-data`: an answer came, but it is not credible: bad PEC, all-ones bus, code out of range.
 * - `wrong-device`: another device than the descriptor declares answers at this address.
 * - `held`: a kernel driver or another process owns the device.
 * - `unsupported`: this machine or adapter cannot do what is asked.
 */
export type DeviceErrorKind =
  | 'no-bus'
  | 'no-answer'
  | 'stuck'
  | 'wrong-data'
  | 'wrong-device'
  | 'held'
  | 'unsupported';

/** A typed failure of a device access; `where` names bus and address or the line, as a person would. */
export class DeviceError extends Error {
  readonly kind: DeviceErrorKind;
  readonly where: string;

  constructor(kind: DeviceErrorKind, where: string, message: string, options?: ErrorOptions) {
    super(`${where}: ${message}`, options);
    this.name = 'DeviceError';
    this.kind = kind;
    this.where = where;
  }
}
