/**
 * The lines of a port expander that no kernel driver holds, over I2C. A port cannot be asked in no time, so its inputs
 * are polled: `get` gives the level of the last poll, and throws while the chip does not answer. What an output is to
 * show is kept here: a chip that comes back from a reset as all inputs is told again at the next poll.
 */
import { DeviceError } from '../errors.ts';
import type { I2cDevice, RegisterAccess } from '../i2c/bus.ts';
import type { GpioChipSpec } from '../i2c/chip.ts';
import type { GpioLine, GpioLines, LineRequest } from './lines.ts';

export interface ExpanderOptions {
  /** Milliseconds between looks at the inputs; 100 when left out. */
  readonly period?: number;
}

/** One port: eight lines, a bit each. */
interface Port {
  /** Levels that outputs are to have, and which lines are outputs of ours. */
  output: number;
  driven: number;
  /** Levels at the last poll. */
  input: number;
}

interface Requested {
  readonly index: number;
  readonly request: LineRequest;
  readonly listeners: Set<(value: boolean) => void>;
  /** Logical value that listeners were told last; undefined before the first. */
  told: boolean | undefined;
  /** A level that has been seen, but not for long enough. */
  candidate: { readonly value: boolean; readonly since: number } | undefined;
}

/**
 * `names` are those of the lines, from the first on; undefined for a line that nobody may have. The lines of the chip
 * are touched only as they are requested.
 */
export function expanderLines(
  spec: GpioChipSpec,
  device: I2cDevice,
  names: readonly (string | undefined)[],
  { period = 100 }: ExpanderOptions = {},
): GpioLines {
  const [chip] = spec.compatible;
  const ports: Port[] = Array.from({ length: Math.ceil(spec.lines / 8) }, () => ({
    output: 0xff,
    driven: 0,
    input: 0,
  }));
  const requested = new Map<string, Requested>();
  let fault: DeviceError | null = null;
  let timer: NodeJS.Timeout | undefined;
  let polling: Promise<void> | undefined;
  let closed = false;

  const portOf = (index: number): Port => ports[index >> 3] as Port;
  const maskOf = (index: number) => 1 << (index & 7);
  const isUsed = (number: number) => [...requested.values()].some(({ index }) => index >> 3 === number);

  const reading = (access: RegisterAccess, register: number) => access.readByte(register);

  /** A chip without registers is written and read whole: ones for its inputs. */
  async function exchangeLevels(access: RegisterAccess): Promise<void> {
    const levels = ports.map(({ output, driven }) => (output | ~driven) & 0xff);
    const [first = 0xff, ...others] = levels;
    await access.write(first, Uint8Array.from(others));
    const found = await access.read(new Uint8Array(), ports.length);
    for (const [number, port] of ports.entries()) port.input = found[number] ?? 0xff;
  }

  /** Puts right what is not as it should be, and reads the levels. Outputs have their level before they drive it. */
  async function exchange(access: RegisterAccess): Promise<void> {
    const { registers } = spec;
    if (!registers) return exchangeLevels(access);
    for (const [number, port] of ports.entries()) {
      if (!isUsed(number)) continue;
      const outputs = await reading(access, registers.output + number);
      const wanted = (outputs & ~port.driven) | (port.output & port.driven);
      if (wanted !== outputs) await access.writeByte(registers.output + number, wanted);
      const directions = await reading(access, registers.configuration + number);
      const inputs = [...requested.values()]
        .filter(({ index, request }) => index >> 3 === number && request.direction === 'in')
        .reduce((mask, { index }) => mask | maskOf(index), 0);
      const right = (directions & ~port.driven) | inputs;
      if (right !== directions) await access.writeByte(registers.configuration + number, right);
      port.input = await reading(access, registers.input + number);
    }
  }

  async function update(): Promise<void> {
    try {
      await device.run(exchange);
      fault = null;
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      fault = error;
      throw error;
    }
  }

  function tell(): void {
    for (const line of requested.values()) {
      const { request, listeners } = line;
      if (request.direction !== 'in') continue;
      const now = logical(line);
      if (now === line.told) {
        line.candidate = undefined;
        continue;
      }
      if (line.candidate?.value !== now) line.candidate = { value: now, since: performance.now() };
      if (line.told !== undefined && performance.now() - line.candidate.since < (request.debounce ?? 0))
        continue;
      line.candidate = undefined;
      const isFirst = line.told === undefined;
      line.told = now;
      if (!isFirst) for (const listener of [...listeners]) listener(now);
    }
  }

  /** One look at a time; what fails is told by `get` and `set` until it has gone. */
  function poll(): Promise<void> {
    polling ??= update()
      .then(tell, () => undefined)
      .finally(() => {
        polling = undefined;
      });
    return polling;
  }

  function logical({ index, request }: Requested): boolean {
    const port = portOf(index);
    const level = request.direction === 'out' ? port.output : port.input;
    return ((level & maskOf(index)) !== 0) !== request.activeLow;
  }

  function drive({ index, request }: Requested, value: boolean): void {
    const port = portOf(index);
    const mask = maskOf(index);
    port.output = value !== request.activeLow ? port.output | mask : port.output & ~mask;
    port.driven |= mask;
  }

  function refuse(request: LineRequest): DeviceError | undefined {
    const where = `line ${request.line}`;
    if (closed) return new DeviceError('no-bus', where, `${chip} at ${device.name} has been closed`);
    if (requested.has(request.line)) return new DeviceError('held', where, 'it has been requested already');
    if (request.bias === 'pull-up' || request.bias === 'pull-down') {
      return new DeviceError('unsupported', where, `${chip} has no switchable bias`);
    }
    return undefined;
  }

  return {
    async request(request) {
      const index = names.indexOf(request.line);
      if (index < 0 || index >= spec.lines) {
        throw new DeviceError('no-bus', `line ${request.line}`, `${chip} at ${device.name} has no such line`);
      }
      const refusal = refuse(request);
      if (refusal) throw refusal;
      const line: Requested = { index, request, listeners: new Set(), told: undefined, candidate: undefined };
      requested.set(request.line, line);
      try {
        await polling;
        if (request.direction === 'out') {
          // Its level is known from a look at the port.
          if (request.keep) await update();
          const level = (portOf(index).input & maskOf(index)) !== 0;
          drive(line, request.keep ? level !== request.activeLow : (request.initial ?? false));
        }
        await update();
      } catch (error) {
        requested.delete(request.line);
        portOf(index).driven &= ~maskOf(index);
        throw error;
      }
      if (request.direction === 'in') line.told = logical(line);
      timer ??= setInterval(() => void poll(), period).unref();
      return lineOf(line);
    },
    async close() {
      closed = true;
      clearInterval(timer);
      await polling;
      requested.clear();
    },
  };

  function lineOf(line: Requested): GpioLine {
    const { request } = line;
    const check = () => {
      if (requested.get(request.line) !== line)
        throw new DeviceError('no-bus', `line ${request.line}`, 'it has been given back');
      if (fault) throw fault;
    };
    return {
      name: request.line,
      get() {
        check();
        return request.direction === 'in' ? (line.told ?? logical(line)) : logical(line);
      },
      set(value) {
        check();
        if (request.direction !== 'out')
          throw new DeviceError('unsupported', `line ${request.line}`, 'it is an input');
        drive(line, value);
        // A poll that is under way may have passed this port already.
        void (polling ?? Promise.resolve()).then(poll);
      },
      onChange(listener) {
        line.listeners.add(listener);
        return () => line.listeners.delete(listener);
      },
      close() {
        if (requested.get(request.line) !== line) return;
        requested.delete(request.line);
        portOf(line.index).driven &= ~maskOf(line.index);
        if (requested.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
      },
    };
  }
}
