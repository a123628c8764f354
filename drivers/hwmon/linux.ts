/**
 * ADC, tachometers and PWM of the management controller as the kernel shows them in sysfs. Devices are found by the name that
 * their driver gives and by their place in the device tree, never by the number after `hwmon` or `iio:device`, which
 * changes from one start to the next.
 *
 * Linux: Documentation/hwmon/sysfs-interface.rst, Documentation/ABI/testing/sysfs-bus-iio.
 */
import { open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DeviceError } from '../errors.ts';
import type { KernelPlace } from '../i2c/chip.ts';
import type { Hwmon } from './hwmon.ts';
import { byNumber, devices, list, nodeError, readNumber, readText, writeNumber } from './sysfs.ts';

/** Driver names of the controllers' own blocks: Aspeed and Nuvoton. */
const isConverter = (name: string) => /^ast\d+-adc\d*$|\.adc$/.test(name);
const adcDrivers = ['iio_hwmon'];
const tachDrivers = ['aspeed_pwm_tacho', 'aspeed_tach', 'npcm7xx_pwm_fan'];
const pwmDrivers = ['aspeed_pwm_tacho', 'npcm7xx_pwm_fan'];
/** One device for each PWM output, in the order of the device tree. */
const singlePwmDriver = 'pwmfan';

const pwmFull = 255;

/** A file whose number becomes a value of `Hwmon` as (number + offset) × factor. */
interface Node {
  readonly path: string;
  readonly factor: number;
  /** 0 when left out. */
  readonly offset?: number;
}

/** The nodes below `root`, which is `/sys` except in tests. */
export function linuxHwmon(root = '/sys'): Hwmon {
  return new LinuxHwmon(root);
}

class LinuxHwmon implements Hwmon {
  readonly #root: string;
  readonly #hwmonClass: string;
  readonly #iioBus: string;
  /** Nodes found so far. Their paths are the real ones, so that a renumbered device is missed, not mistaken. */
  readonly #found = new Map<string, Node>();

  constructor(root: string) {
    this.#root = root;
    this.#hwmonClass = join(root, 'class/hwmon');
    this.#iioBus = join(root, 'bus/iio/devices');
  }

  adc(channel: number): Promise<number> {
    return this.#use(`adc ${channel}`, () => this.#findAdc(channel), readNode);
  }

  tach(index: number): Promise<number> {
    return this.#use(`tach ${index}`, () => this.#findTach(index), readNode);
  }

  duty(index: number): Promise<number> {
    return this.#use(`pwm ${index}`, () => this.#findPwm(index), readNode);
  }

  async setDuty(index: number, percent: number): Promise<void> {
    if (!(percent >= 0 && percent <= 100)) throw new RangeError(`${percent} is not a duty in percent`);
    await this.#use(
      `pwm ${index}`,
      () => this.#findPwm(index),
      (node) => writeDuty(node, percent),
    );
  }

  async chip(bus: number, address: number, place: KernelPlace): Promise<number> {
    const device = join(this.#root, 'bus/i2c/devices', clientName(bus, address));
    const key = `chip ${bus} ${address} ${JSON.stringify(place)}`;
    return this.#use(key, () => findPlace(device, place), readNode);
  }

  async setChipDuty(bus: number, address: number, index: number, percent: number): Promise<void> {
    const device = join(this.#root, 'bus/i2c/devices', clientName(bus, address));
    await this.#use(
      `chip pwm ${bus} ${address} ${index}`,
      () => findPlace(device, `pwm${index}`),
      (node) => writeDuty(node, percent),
    );
  }

  async labelled(device: string, labels: RegExp): Promise<ReadonlyMap<string, number>> {
    const [folder] = await devices(this.#hwmonClass, (name) => name === device);
    if (folder === undefined)
      throw new DeviceError('no-bus', join(this.#hwmonClass, '*'), `no device is called ${device}`);
    const readings = new Map<string, number>();
    for (const file of (await list(folder)).filter((name) => name.endsWith('_label')).sort(byNumber)) {
      const label = await readText(join(folder, file));
      if (labels.test(label))
        readings.set(label, await readNumber(join(folder, file.replace(/_label$/, '_input'))));
    }
    return readings;
  }

  async eeprom(bus: number, address: number, length: number): Promise<Uint8Array> {
    const path = join(this.#root, 'bus/i2c/devices', clientName(bus, address), 'eeprom');
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
  }

  async close(): Promise<void> {}

  /** Accesses a node; it is searched again when it has gone. */
  async #use<T>(key: string, find: () => Promise<Node>, access: (node: Node) => Promise<T>): Promise<T> {
    const known = this.#found.get(key);
    if (known) {
      try {
        return await access(known);
      } catch (error) {
        this.#found.delete(key);
        if (!(error instanceof DeviceError) || error.kind !== 'no-bus') throw error;
      }
    }
    const node = await find();
    this.#found.set(key, node);
    return access(node);
  }

  async #findAdc(index: number): Promise<Node> {
    // The converter itself numbers its channels as the hardware does; iio_hwmon as the device tree lists them.
    const channels: { device: string; channel: string }[] = [];
    for (const device of await devices(this.#iioBus, isConverter)) {
      const files = (await list(device)).filter((file) => /^in_voltage\d+_raw$/.test(file)).sort(byNumber);
      channels.push(...files.map((file) => ({ device, channel: file.slice(0, -'_raw'.length) })));
    }
    const own = channels[index];
    if (!own) return this.#findFile(adcDrivers, `in${index + 1}_input`, 1 / 1000, `ADC channel ${index}`);
    const files = await list(own.device);
    const scale = files.includes(`${own.channel}_scale`) ? `${own.channel}_scale` : 'in_voltage_scale';
    const millivolts = await readNumber(join(own.device, scale));
    return { path: join(own.device, `${own.channel}_raw`), factor: millivolts / 1000 };
  }

  async #findPwm(index: number): Promise<Node> {
    const factor = 100 / pwmFull;
    const single = (await devices(this.#hwmonClass, (name) => name === singlePwmDriver))[index];
    if (single) return { path: join(single, 'pwm1'), factor };
    return this.#findFile(pwmDrivers, `pwm${index + 1}`, factor, `PWM output ${index}`);
  }

  #findTach(index: number): Promise<Node> {
    return this.#findFile(tachDrivers, `fan${index + 1}_input`, 1, `tachometer ${index}`);
  }

  /** `file` of the first device with one of these driver names. */
  async #findFile(drivers: readonly string[], file: string, factor: number, what: string): Promise<Node> {
    const candidates = await devices(this.#hwmonClass, (name) => drivers.includes(name));
    for (const device of candidates) {
      if ((await list(device)).includes(file)) return { path: join(device, file), factor };
    }
    const [first] = candidates;
    const where = first ? join(first, file) : join(this.#hwmonClass, '*', file);
    const why = first ? 'no such node' : `no device is called ${drivers.join(' or ')}`;
    throw new DeviceError('no-bus', where, `there is no ${what}: ${why}`);
  }
}

const readNode = async ({ path, factor, offset = 0 }: Node) => ((await readNumber(path)) + offset) * factor;

async function writeDuty({ path }: Node, percent: number): Promise<void> {
  const enable = `${path}_enable`;
  if ((await list(dirname(path))).includes(basename(enable))) await writeNumber(enable, 1);
  await writeNumber(path, Math.round((percent / 100) * pwmFull));
}

/** The kernel's name of a chip on a bus: `6-004e`. */
const clientName = (bus: number, address: number) => `${bus}-${address.toString(16).padStart(4, '0')}`;

/** The node below a chip's device that shows a place. @throws DeviceError `no-bus` */
async function findPlace(device: string, place: KernelPlace): Promise<Node> {
  if (typeof place === 'object' && 'iio' in place) return findIio(device, place.iio);
  const parent = join(device, 'hwmon');
  const [number = ''] = (await list(parent)).filter((name) => /^hwmon\d+$/.test(name));
  const files = number === '' ? [] : await list(join(parent, number));
  if (typeof place === 'string') {
    if (files.includes(place)) return { path: join(parent, number, place), factor: 1 };
    throw new DeviceError('no-bus', join(parent, number, place), 'no driver of the kernel shows it');
  }
  for (const file of files.filter((name) => name.endsWith('_label'))) {
    if ((await readText(join(parent, number, file))) === place.label)
      return { path: join(parent, number, file.replace(/_label$/, '_input')), factor: 1 };
  }
  throw new DeviceError('no-bus', join(parent, number), `no driver of the kernel shows "${place.label}"`);
}

/** An IIO channel: processed by its driver (`_input`), or raw with a scale and perhaps an offset. */
async function findIio(device: string, channel: string): Promise<Node> {
  const [name] = (await list(device)).filter((entry) => entry.startsWith('iio:device'));
  const folder = join(device, name ?? 'iio:device*');
  const files = await list(folder);
  if (files.includes(`${channel}_input`)) return { path: join(folder, `${channel}_input`), factor: 1 };
  if (!files.includes(`${channel}_raw`))
    throw new DeviceError('no-bus', join(folder, `${channel}_input`), 'no driver of the kernel shows it');
  // Of the channel, or shared by all of its kind: in_voltage0_scale, in_voltage_scale.
  const attribute = async (suffix: string, otherwise: number): Promise<number> => {
    const own = [channel, channel.replace(/\d+$/, '')].map((each) => `${each}_${suffix}`);
    const file = own.find((each) => files.includes(each));
    return file === undefined ? otherwise : readNumber(join(folder, file));
  };
  return {
    path: join(folder, `${channel}_raw`),
    factor: await attribute('scale', 1),
    offset: await attribute('offset', 0),
  };
}
