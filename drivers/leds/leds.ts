/** Lights that the kernel drives and offers by name (LED class): from a chip of its own, a port expander, a pin. */
export interface Led {
  readonly name: string;
  /** Lights it, or not, and ends its blinking. @throws DeviceError */
  set(lit: boolean): Promise<void>;
  /** Makes the hardware blink it, milliseconds lit and dark. @returns false where it cannot @throws DeviceError */
  blink(on: number, off: number): Promise<boolean>;
}

export interface Leds {
  /** Never throws: a light that is not there fails on use. */
  led(name: string): Led;
}
