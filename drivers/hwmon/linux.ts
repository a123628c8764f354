/**
 * ADC, tachometers and PWM of the management controller as the kernel shows them in sysfs. Devices are found by the
 * name that their driver gives and by their place in the device tree, never by the number after `hwmon` or
 * `iio:device`, which changes from one start to the next.
 *
 * Linux: Documentation/hwmon/sysfs-interface.rst, Documentation/ABI/testing/sysfs-bus-iio.
 */
import { constants, open, readdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DeviceError, type DeviceErrorKind } from '../errors.ts';
import type { KernelPlace } from '../i2c/chip.ts';
import type { Hwmon } from './hwmon.ts';

/** Names that the drivers of the controllers' own blocks give: Aspeed and Nuvoton. */
const isConverter = (name: string) => /^ast\d+-adc\d*$|\.adc$/.test(name);
const adcDrivers = ['iio_hwmon'];
const tachDrivers = ['aspeed_pwm_tacho', 'aspeed_tach', 'npcm7xx_pwm_fan'];
const pwmDrivers = ['aspeed_pwm_tacho', 'npcm7xx_pwm_fan'];
/** One device for each PWM output, in the order of the device tree. */
const singlePwmDriver = 'pwmfan';

const pwmFull = 255;

/** A file and what its number is multiplied by to give the unit of `Hwmon`. */
interface Node {
  readonly path: string;
  readonly factor: number;
}

/** The nodes below `root`, which is `/sys` but for tests. */
export function linuxHwmon(root = '/sys'): Hwmon {
  const hwmonClass = join(root, 'class/hwmon');
  const iioBus = join(root, 'bus/iio/devices');
  /** Nodes found so far. Their paths are the real ones, so that a renumbered device is missed and not mistaken. */
  const found = new Map<string, Node>();

  async function use<T>(
    what: string,
    find: () => Promise<Node>,
    access: (node: Node) => Promise<T>,
  ): Promise<T> {
    const known = found.get(what);
    if (known) {
      try {
        return await access(known);
      } catch (error) {
        found.delete(what);
        if (!(error instanceof DeviceError) || error.kind !== 'no-bus') throw error;
      }
    }
    const node = await find();
    found.set(what, node);
    return access(node);
  }

  async function findAdc(index: number): Promise<Node> {
    // The converter itself numbers its channels as the hardware does; iio_hwmon as the device tree lists them.
    const channels: { device: string; channel: string }[] = [];
    for (const device of await devices(iioBus, isConverter)) {
      const files = (await list(device)).filter((file) => /^in_voltage\d+_raw$/.test(file)).sort(byNumber);
      channels.push(...files.map((file) => ({ device, channel: file.slice(0, -'_raw'.length) })));
    }
    const own = channels[index];
    if (!own) return findFile(adcDrivers, `in${index + 1}_input`, 1 / 1000, `ADC channel ${index}`);
    const files = await list(own.device);
    const scale = files.includes(`${own.channel}_scale`) ? `${own.channel}_scale` : 'in_voltage_scale';
    const millivolts = await readNumber(join(own.device, scale));
    return { path: join(own.device, `${own.channel}_raw`), factor: millivolts / 1000 };
  }

  async function findPwm(index: number): Promise<Node> {
    const factor = 100 / pwmFull;
    const single = (await devices(hwmonClass, (name) => name === singlePwmDriver))[index];
    if (single) return { path: join(single, 'pwm1'), factor };
    return findFile(pwmDrivers, `pwm${index + 1}`, factor, `PWM output ${index}`);
  }

  const findTach = (index: number) =>
    findFile(tachDrivers, `fan${index + 1}_input`, 1, `tachometer ${index}`);

  /** `file` of the first device whose driver gives such a name. */
  async function findFile(
    drivers: readonly string[],
    file: string,
    factor: number,
    what: string,
  ): Promise<Node> {
    const candidates = await devices(hwmonClass, (name) => drivers.includes(name));
    for (const device of candidates) {
      if ((await list(device)).includes(file)) return { path: join(device, file), factor };
    }
    const [first] = candidates;
    const where = first ? join(first, file) : join(hwmonClass, '*', file);
    const why = first ? 'no such node' : `no device is called ${drivers.join(' or ')}`;
    throw new DeviceError('no-bus', where, `there is no ${what}: ${why}`);
  }

  const read = async ({ path, factor }: Node) => (await readNumber(path)) * factor;

  async function writeDuty({ path }: Node, percent: number): Promise<void> {
    const enable = `${path}_enable`;
    if ((await list(dirname(path))).includes(basename(enable))) await writeNumber(enable, 1);
    await writeNumber(path, Math.round((percent / 100) * pwmFull));
  }

  return {
    adc: (channel) => use(`adc ${channel}`, () => findAdc(channel), read),
    tach: (index) => use(`tach ${index}`, () => findTach(index), read),
    duty: (index) => use(`pwm ${index}`, () => findPwm(index), read),
    async setDuty(index, percent) {
      if (!(percent >= 0 && percent <= 100)) throw new RangeError(`${percent} is not a duty in percent`);
      await use(
        `pwm ${index}`,
        () => findPwm(index),
        (node) => writeDuty(node, percent),
      );
    },
    async chip(bus, address, place) {
      const device = join(root, 'bus/i2c/devices', clientName(bus, address));
      const key = `chip ${bus} ${address} ${JSON.stringify(place)}`;
      return use(key, async () => ({ path: await findPlace(device, place), factor: 1 }), read);
    },
    async eeprom(bus, address, length) {
      const path = join(root, 'bus/i2c/devices', clientName(bus, address), 'eeprom');
      try {
        const file = await open(path, 'r');
        try {
          const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
          return new Uint8Array(buffer.subarray(0, bytesRead));
        } finally {
          await file.close();
        }
      } catch (error) {
        throw nodeError(error, path);
      }
    },
    async close() {},
  };
}

/** How the kernel calls a chip on a bus: `6-004e`. */
const clientName = (bus: number, address: number) => `${bus}-${address.toString(16).padStart(4, '0')}`;

/** The file below a chip's device that shows a place. @throws DeviceError `no-bus` */
async function findPlace(device: string, place: KernelPlace): Promise<string> {
  if (typeof place === 'object' && 'iio' in place) {
    const [iio] = (await list(device)).filter((name) => name.startsWith('iio:device'));
    const file = `${place.iio}_input`;
    if (iio !== undefined && (await list(join(device, iio))).includes(file)) return join(device, iio, file);
    throw new DeviceError('no-bus', join(device, file), 'no driver of the kernel shows it');
  }
  const parent = join(device, 'hwmon');
  const [number = ''] = (await list(parent)).filter((name) => /^hwmon\d+$/.test(name));
  const files = number === '' ? [] : await list(join(parent, number));
  if (typeof place === 'string') {
    if (files.includes(place)) return join(parent, number, place);
    throw new DeviceError('no-bus', join(parent, number, place), 'no driver of the kernel shows it');
  }
  for (const file of files.filter((name) => name.endsWith('_label'))) {
    if ((await readText(join(parent, number, file))) === place.label)
      return join(parent, number, file.replace(/_label$/, '_input'));
  }
  throw new DeviceError('no-bus', join(parent, number), `no driver of the kernel shows "${place.label}"`);
}

const byNumber = (one: string, other: string) => one.localeCompare(other, 'en', { numeric: true });

/** Real paths of the devices in `parent` with a wanted name, in the order of their place in the machine. */
async function devices(parent: string, isWanted: (name: string) => boolean): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await list(parent)) {
    const name = await readText(join(parent, entry, 'name')).catch(() => '');
    const path = isWanted(name) && (await realpath(join(parent, entry)).catch(() => undefined));
    if (path) found.push(path);
  }
  return found.sort(byNumber);
}

/** Entries of a directory; none where there is no such directory. */
async function list(path: string): Promise<string[]> {
  return readdir(path).catch(() => []);
}

async function readText(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    throw nodeError(error, path);
  }
}

async function readNumber(path: string): Promise<number> {
  const text = await readText(path);
  const value = Number(text);
  if (text !== '' && Number.isFinite(value)) return value;
  throw new DeviceError('wrong-data', path, `${JSON.stringify(text)} is not a number`);
}

async function writeNumber(path: string, value: number): Promise<void> {
  try {
    // No O_CREAT: a node that has gone must not come back as a plain file.
    await writeFile(path, String(value), { flag: constants.O_WRONLY | constants.O_TRUNC });
  } catch (error) {
    throw nodeError(error, path);
  }
}

const kinds: Readonly<Record<string, readonly [DeviceErrorKind, string]>> = {
  ENOENT: ['no-bus', 'no such node'],
  ENOTDIR: ['no-bus', 'no such node'],
  EBUSY: ['held', 'in use by another driver'],
  EACCES: ['unsupported', 'this user may not use it'],
  EPERM: ['unsupported', 'this user may not use it'],
  EROFS: ['unsupported', 'it is read-only'],
  EINVAL: ['unsupported', 'the driver refuses the value'],
};

function nodeError(error: unknown, path: string): DeviceError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  const [kind, text] = kinds[code] ?? (['no-answer', 'no answer'] as const);
  return new DeviceError(kind, path, `${text} (${code})`, { cause: error });
}
