/**
 * GPIO lines of a Linux machine, through the character devices `/dev/gpiochipN` and version 2 of their interface
 * (linux/gpio.h; Linux 5.10 and later). Edges come as the kernel sees them: nothing is polled.
 */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { getSystemErrorName } from 'node:util';
import { DeviceError, type DeviceErrorKind } from '../errors.ts';
import { type Handle, type Native, native } from '../native/native.ts';
import type { GpioLine, GpioLines, LineInspection, LineRequest } from './lines.ts';

/** linux/gpio.h, enum gpio_v2_line_flag. */
const flags = {
  activeLow: 1 << 1,
  input: 1 << 2,
  output: 1 << 3,
  rising: 1 << 4,
  falling: 1 << 5,
  'pull-up': 1 << 8,
  'pull-down': 1 << 9,
  disabled: 1 << 10,
} as const;

/** The consumer of a line according to the kernel (`gpioinfo`). */
const consumer = 'redfishd';

/** Edges within this many milliseconds, and how many of them are one too many: then the line is left alone for a while. */
const storm = { window: 100, edges: 500, pause: 50 } as const;

interface Place {
  readonly chip: string;
  readonly offset: number;
}

/** The lines of this machine; `dev` is `/dev` but for tests. */
export function linuxGpio(dev = '/dev'): GpioLines {
  const open = new Set<LinuxLine>();
  /** Places of names seen so far; a chip that comes later is looked for when a name is missed. */
  let places = new Map<string, Place>();

  async function scan(addon: Native): Promise<Map<string, Place>> {
    const found = new Map<string, Place>();
    const chips = (await readdir(dev).catch(() => [])).filter((name) => /^gpiochip\d+$/.test(name));
    for (const chip of chips.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))) {
      const lines = addon.gpioLines(join(dev, chip));
      if (typeof lines === 'number') continue;
      for (const [offset, { name }] of lines.entries())
        if (name !== '' && !found.has(name)) found.set(name, { chip: join(dev, chip), offset });
    }
    return found;
  }

  async function find(addon: Native, name: string): Promise<Place> {
    const known = places.get(name);
    // Numbers of chips change when one goes and comes: the place is believed only if the name is still there.
    if (known !== undefined && nameAt(addon, known) === name) return known;
    places = await scan(addon);
    const found = places.get(name);
    if (found !== undefined) return found;
    const chips = new Set([...places.values()].map(({ chip }) => chip)).size;
    const why = chips === 0 ? 'no GPIO chip has named lines' : `none of ${places.size} named lines is it`;
    throw new DeviceError('no-bus', `line ${name}`, `there is no such line: ${why}`);
  }

  return {
    async request(wanted) {
      const addon = native();
      const place = await find(addon, wanted.line);
      const line = new LinuxLine(addon, wanted, place, (gone) => open.delete(gone));
      open.add(line);
      return line;
    },
    async inspect(name): Promise<LineInspection> {
      const addon = native();
      const { chip, offset } = await find(addon, name);
      const lines = addon.gpioLines(chip);
      const line = typeof lines === 'number' ? undefined : lines[offset];
      const holder = line?.used === true ? line.consumer || 'an unnamed consumer' : null;
      return { place: `${basename(chip)} line ${offset}`, holder };
    },
    async close() {
      for (const line of open) line.close();
    },
  };
}

function nameAt(addon: Native, { chip, offset }: Place): string | undefined {
  const lines = addon.gpioLines(chip);
  return typeof lines === 'number' ? undefined : lines[offset]?.name;
}

class LinuxLine implements GpioLine {
  readonly name: string;
  readonly #addon: Native;
  readonly #isOutput: boolean;
  readonly #closed: (line: LinuxLine) => void;
  readonly #listeners = new Set<(value: boolean) => void>();
  #fd: number;
  #watch: Handle | undefined;
  #resume: NodeJS.Timeout | undefined;
  /** The value emitted last. */
  #emitted: boolean | undefined;
  #edges = 0;
  #since = 0;

  /** @throws DeviceError */
  constructor(addon: Native, wanted: LineRequest, place: Place, closed: (line: LinuxLine) => void) {
    const { line, direction, activeLow, bias, debounce = 0, keep = false, initial = false } = wanted;
    this.name = line;
    this.#addon = addon;
    this.#isOutput = direction === 'out';
    this.#closed = closed;
    const value = !this.#isOutput ? 0 : keep ? this.#levelBefore(place, activeLow) : Number(initial);
    const edges = flags.rising | flags.falling;
    const asked =
      (this.#isOutput ? flags.output : flags.input | edges) |
      (activeLow ? flags.activeLow : 0) |
      (bias === undefined ? 0 : flags[bias]);
    const { chip, offset } = place;
    const given = this.#isOutput ? value : -1;
    this.#fd = addon.gpioRequest(chip, offset, asked, given, this.#isOutput ? 0 : debounce * 1000, consumer);
    if (this.#fd < 0) throw this.#refused(this.#fd, place);
    // Some controllers drop a value that is set before the direction: set it again now that the line is an output.
    if (this.#isOutput) this.set(value === 1);
  }

  get(): boolean {
    const value = this.#addon.gpioGet(this.#open());
    if (value < 0) throw this.#failed(value);
    return value === 1;
  }

  set(value: boolean): void {
    if (!this.#isOutput) throw new DeviceError('unsupported', `line ${this.name}`, 'it is an input');
    const result = this.#addon.gpioSet(this.#open(), Number(value));
    if (result < 0) throw this.#failed(result);
  }

  onChange(listener: (value: boolean) => void): () => void {
    this.#listeners.add(listener);
    if (this.#watch === undefined && this.#resume === undefined) this.#follow();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#ignore();
    };
  }

  close(): void {
    if (this.#fd < 0) return;
    this.#ignore();
    this.#listeners.clear();
    this.#addon.gpioClose(this.#fd);
    this.#fd = -1;
    this.#closed(this);
  }

  /** What an output shows now, so that taking it over changes nothing: read as an input of the same polarity. */
  #levelBefore({ chip, offset }: Place, activeLow: boolean): number {
    const asked = activeLow ? flags.activeLow : 0;
    // Without a direction the kernel leaves the line as it is.
    const fd = this.#addon.gpioRequest(chip, offset, asked, -1, 0, consumer);
    if (fd < 0) throw this.#refused(fd, { chip, offset });
    const value = this.#addon.gpioGet(fd);
    this.#addon.gpioClose(fd);
    if (value < 0) throw this.#failed(value);
    return value;
  }

  #follow(): void {
    const watch = this.#addon.gpioWatch(this.#open(), (count, rising) => this.#edge(count, rising));
    if (typeof watch === 'number') throw this.#failed(watch);
    this.#watch = watch;
    this.#emitted ??= this.get();
  }

  #ignore(): void {
    clearTimeout(this.#resume);
    this.#resume = undefined;
    if (this.#watch !== undefined) this.#addon.gpioUnwatch(this.#watch);
    this.#watch = undefined;
  }

  #edge(count: number, rising: boolean): void {
    // The chip has gone. Whoever reads the line learns so; a new request finds it when it is back.
    if (count < 0) {
      this.#ignore();
      return;
    }
    this.#emit(rising);
    const now = performance.now();
    if (now - this.#since > storm.window) {
      this.#since = now;
      this.#edges = 0;
    }
    this.#edges += count;
    if (this.#edges < storm.edges || this.#watch === undefined) return;
    // A line that flutters without end must not keep everybody else waiting: it is looked at now and then.
    this.#ignore();
    this.#resume = setTimeout(() => {
      this.#resume = undefined;
      try {
        this.#edges = 0;
        this.#follow();
        this.#emit(this.get());
      } catch {
        // It has gone meanwhile, as above.
      }
    }, storm.pause).unref();
  }

  #emit(value: boolean): void {
    if (value === this.#emitted) return;
    this.#emitted = value;
    for (const listener of this.#listeners) listener(value);
  }

  #open(): number {
    if (this.#fd < 0) throw new DeviceError('no-bus', `line ${this.name}`, 'it has been released');
    return this.#fd;
  }

  #refused(failure: number, { chip, offset }: Place): DeviceError {
    const lines = this.#addon.gpioLines(chip);
    const held = typeof lines === 'number' ? undefined : lines[offset];
    const who = held?.consumer ? `${held.consumer} has it` : 'another consumer has it';
    return this.#failed(failure, held?.used ? who : undefined);
  }

  #failed(failure: number, who?: string): DeviceError {
    const code = getSystemErrorName(failure);
    const [kind, text] = kinds[code] ?? (['no-answer', 'the line cannot be used'] as const);
    return new DeviceError(kind, `line ${this.name}`, `${who ?? text} (${code})`);
  }
}

const kinds: Readonly<Record<string, readonly [DeviceErrorKind, string]>> = {
  ENOENT: ['no-bus', 'its chip is not there'],
  ENODEV: ['no-bus', 'its chip has gone'],
  EBADF: ['no-bus', 'its chip has gone'],
  EBUSY: ['held', 'another consumer has it'],
  // The pin controller gives a pin to one function at a time.
  EINVAL: [
    'unsupported',
    'its pin is used for another function, or the chip cannot do this; see the log of the kernel',
  ],
  ENOTSUP: ['unsupported', 'the chip cannot do this'],
  EOPNOTSUPP: ['unsupported', 'the chip cannot do this'],
  EACCES: ['unsupported', 'this user may not use GPIO chips'],
  EPERM: ['unsupported', 'this user may not use GPIO chips'],
};
