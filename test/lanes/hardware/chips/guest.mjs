/**
 * Runs in the guest, under the host's Node: puts registers into i2c-stub, has the kernel's driver take the chip, and
 * prints what its hwmon node shows, what the registers hold after that, and what our own back ends for Linux read: of the
 * held chip through hwmon, and of the free one through /dev/i2c.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [jobFile, i2cBus, drivers] = process.argv.slice(2);
const { createI2cBus } = await import(`${drivers}/i2c/bus.js`);
const { openChip } = await import(`${drivers}/i2c/sensor-chip.js`);
const { findChip } = await import(`${drivers}/i2c/chips/index.js`);
const { kernelPlaces } = await import(`${drivers}/i2c/kernel.js`);
const { linuxHardware } = await import(`${drivers}/linux.js`);
const i2c = createRequire(import.meta.url)(i2cBus);
const jobs = JSON.parse(readFileSync(jobFile, 'utf8'));

const adapter = readdirSync('/sys/bus/i2c/devices').find(
  (name) =>
    /^i2c-\d+$/.test(name) &&
    readFileSync(`/sys/bus/i2c/devices/${name}/name`, 'utf8').startsWith('SMBus stub'),
);
const bus = i2c.openSync(Number(adapter.slice(4)), { forceAccess: true });
const text = (file) => readFileSync(file, 'utf8').trim();

function put(address, { command, bytes }) {
  if (bytes.length === 2) bus.writeWordSync(address, command, bytes[0] | (bytes[1] << 8));
  else bus.writeByteSync(address, command, bytes[0]);
}

function take(address, { command, bytes }) {
  if (bytes.length === 1) return [bus.readByteSync(address, command)];
  const word = bus.readWordSync(address, command);
  return [word & 0xff, word >> 8];
}

function shown(address) {
  const node = `/sys/bus/i2c/devices/${adapter.slice(4)}-${address.toString(16).padStart(4, '0')}/hwmon`;
  const [hwmon] = readdirSync(node);
  const attributes = readdirSync(`${node}/${hwmon}`).filter((name) => /_(input|label)$/.test(name));
  return Object.fromEntries(
    attributes.flatMap((name) => {
      // Some drivers want their chip to have measured first.
      for (let attempt = 0; ; attempt++) {
        try {
          return [[name, text(`${node}/${hwmon}/${name}`)]];
        } catch (error) {
          if (error.code !== 'EAGAIN' || attempt === 20) return [[name, `error ${error.code}`]];
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
        }
      }
    }),
  );
}

const machine = await linuxHardware();
const number = Number(adapter.slice(4));
const ourBus = createI2cBus(machine.i2c(number), { timeout: 5000 });
const failure = (error) => `error ${error.kind ?? error}`;

/** Each channel that the kernel shows too, as we read it through /dev/i2c. */
async function ours(spec, parameters, address) {
  const chip = openChip(spec, ourBus.device(address), parameters);
  const read = {};
  for (const name of kernelPlaces(spec).keys()) read[name] = await chip.read(name).catch(failure);
  return read;
}

/** The same while a driver of the kernel has the chip: refused on the bus, and read where that driver shows it. */
async function held(spec, address) {
  const refused = await ourBus.device(address).readByte(0).catch(failure);
  const read = {};
  for (const [name, place] of kernelPlaces(spec))
    read[name] = await machine.hwmon.chip(number, address, place).catch(failure);
  return { refused, read };
}

const results = [];
for (const { name, chip, parameters, id, address, registers } of jobs) {
  const spec = findChip(chip);
  try {
    for (let command = 0; command < 256; command++) bus.writeWordSync(address, command, 0);
    for (const register of registers) put(address, register);
    writeFileSync(`/sys/bus/i2c/devices/${adapter}/new_device`, `${id} 0x${address.toString(16)}\n`);
    try {
      const hwmon = shown(address);
      const after = registers.map((register) => ({ ...register, bytes: take(address, register) }));
      results.push({ name, hwmon, registers: after, held: await held(spec, address) });
    } finally {
      writeFileSync(`/sys/bus/i2c/devices/${adapter}/delete_device`, `0x${address.toString(16)}\n`);
    }
    results.at(-1).ours = await ours(spec, parameters, address);
  } catch (error) {
    results.push({ name, error: String(error) });
  }
}
await machine.close();
process.stdout.write(`\n<<<${Buffer.from(JSON.stringify(results)).toString('base64')}>>>\n`);
