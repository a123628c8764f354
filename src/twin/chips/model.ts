/** What every simulated chip does. */

/** Responds at the address of a chip as `I2cTransport.transfer` does. */
export interface I2cModel {
  /** @throws DeviceError `no-answer` when the real part would not acknowledge */
  transfer(write: Uint8Array, readLength: number): Uint8Array;
  /** Power-on state: settings are lost, measured values stay. */
  reset(): void;
}

/** A chip with measured channels. */
export interface ChipModel extends I2cModel {
  /**
   * Writes a physical value to the register of a channel; the chip saturates at the ends of its range.
   * @throws RangeError for an unknown channel, or one without a scale in the present mode
   */
  set(channel: string, value: number): void;
  /** Sets or clears a fault bit by its text: one of the channel's `faults`, or a status flag. */
  setFault(text: string, on: boolean): void;
}
