/**
 * General-purpose input/output lines. All values are logical: `true` is asserted, whatever the polarity of the pin.
 */
export interface LineRequest {
  /** The line's name as the kernel knows it (`gpio-line-names` of the device tree). */
  readonly line: string;
  readonly direction: 'in' | 'out';
  readonly activeLow: boolean;
  /** Logical value driven from the request on; outputs only. */
  readonly initial?: boolean;
  /** Starts with the level that the line has at the request, instead of `initial`; outputs only. */
  readonly keep?: boolean;
  readonly bias?: 'pull-up' | 'pull-down' | 'disabled';
  /** Milliseconds an input must be steady before a change counts. */
  readonly debounce?: number;
}

export interface GpioLine {
  readonly name: string;
  /** The logical value now; for an output the value driven. @throws DeviceError when the line has disappeared. */
  get(): boolean;
  /** Drives an output. @throws DeviceError when the line cannot be driven. */
  set(value: boolean): void;
  /** Calls `listener` with each new logical value of an input; returns the function that ends this. */
  onChange(listener: (value: boolean) => void): () => void;
  /** Releases the line. */
  close(): void;
}

/** A line that has not been requested by this process. */
export interface LineInspection {
  /** Chip and number, for messages: `gpiochip0 line 58`. */
  readonly place: string;
  /** Its consumer; null when the line is free. */
  readonly holder: string | null;
}

export interface GpioLines {
  /** @throws DeviceError `no-bus` (no such line), `held` (another consumer has it) or `unsupported`. */
  request(request: LineRequest): Promise<GpioLine>;
  /** Inspects a line without requesting it, where the machine can. @throws DeviceError `no-bus` or `unsupported` */
  inspect?(line: string): Promise<LineInspection>;
  close(): Promise<void>;
}
