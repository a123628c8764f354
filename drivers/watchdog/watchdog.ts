/** Watchdogs: timers that reset the controller unless they are fed in time. */
export interface Watchdog {
  /** Time after the last feed at which it resets the controller, milliseconds: what is in effect, whatever was asked for. */
  readonly timeout: number;
  /** It was this watchdog that reset the controller last. */
  readonly hasReset: boolean;
  /** @throws DeviceError */
  feed(): void;
  /** Lets it go: `disarm` stops it where the driver allows that, otherwise it goes on counting. @throws DeviceError */
  close(disarm: boolean): void;
}

export interface Watchdogs {
  /** Opens a watchdog, which counts from then on. @throws DeviceError `no-bus`, `held` or `unsupported` */
  open(device: string, timeout: number): Watchdog;
}
