/**
 * One physical I2C bus, as the bus queue sees it: the narrow waist between the drivers and the machine.
 * The Linux side and the twin implement this and nothing more; drivers do not know which one they have.
 */
export interface I2cTransport {
  /** For messages, e.g. `i2c-6`. */
  readonly name: string;

  /**
   * One addressed exchange: writes `write` (may be empty), then, when `readLength` > 0, reads that many bytes
   * after a repeated start. `address` is the 7-bit address.
   *
   * @throws DeviceError `no-bus`, `no-answer`, `held`, `stuck` or `unsupported`.
   */
  transfer(address: number, write: Uint8Array, readLength: number): Promise<Uint8Array>;

  close(): Promise<void>;
}
