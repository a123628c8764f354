/** The daemon's bundle on an emulated OCP board: a real kernel, real I2C and GPIO controllers, asked from outside. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, type Client, createClient, members } from '../../../support/client.ts';
import { openStream, type StreamReader } from '../../../support/events.ts';
import { shows, until } from '../../../support/until.ts';
import { boot, type Machine, makeImages, obstacle } from './machine.ts';

const reason = obstacle();
if (reason !== undefined) process.stderr.write(`\nSKIPPED: no board is emulated: ${reason}\n`);

const chassis = '/redfish/v1/Chassis/chassis';
const sensor = (id: string) => `${chassis}/Sensors/${id}`;
const patience = 90_000;
const print = (line: string) => process.stdout.write(`${line}\n`);

describe.skipIf(reason !== undefined)('on an emulated Bletchley', () => {
  let machine: Machine;
  let client: Client;
  let stream: StreamReader;

  beforeAll(async () => {
    machine = await boot(makeImages());
    client = createClient(machine.url);
    await machine.ready();
    const uptime = await machine.shell('cut -d. -f1 /proc/uptime');
    const booted = performance.now() - machine.started;
    await until(
      'the first 200',
      async () => (await client.get('/redfish/v1/').catch(() => null))?.status === 200,
      180_000,
    );
    const first = performance.now() - machine.started;
    print(
      `emulated board: ${(booted / 1000).toFixed(1)} s to the first process (${uptime} s by its own clock), ` +
        `${(first / 1000).toFixed(1)} s to the first 200`,
    );
    stream = await openStream(machine.url);
  }, 900_000);
  afterAll(async () => {
    stream?.close();
    client?.close();
    await machine?.stop();
  });

  const celsius = (id: string, wanted: number) =>
    shows(
      client,
      sensor(id),
      '/Reading',
      (value: unknown) => Math.abs(Number(value) - wanted) < 0.3,
      patience,
    );

  it('shows temperatures and voltages as the chips have them', async () => {
    await machine.set('/machine/peripheral/t105', 'temperature', 31_500);
    await machine.set('/machine/peripheral/t421', 'temperature0', 44_000);
    await celsius('LANE_TMP105', 31.5);
    await celsius('LANE_TMP421', 44);
    await machine.set('/machine/peripheral/t105', 'temperature', 65_000);
    await shows(client, sensor('LANE_TMP105'), '/Status/Health', 'Critical', patience);
    await until('the event', () =>
      stream.records.some(({ MessageId }) => MessageId.includes('ReadingAboveUpperCriticalThreshold')),
    );
    await machine.set('/machine/peripheral/t105', 'temperature', 30_000);
    await celsius('LANE_TMP105', 30);
    // A hot-swap controller, PMBus: in millivolts of its terminals.
    for (const volts of [12.5, 11.25]) {
      await machine.set('/machine/peripheral/hsc', 'vin', volts * 1000);
      const near = (value: unknown) => typeof value === 'number' && Math.abs(value - volts) < 0.05;
      await shows(client, sensor('LANE_VIN'), '/Reading', near, patience);
    }
  });

  it('reads an inventory EEPROM', async () => {
    // The inventories of all buses are read one after the other.
    await until(
      'the inventory',
      async () => JSON.stringify((await client.get(`${chassis}/Assembly`)).body).includes('QEMU-'),
      patience,
    );
  });

  it('lets a sled come and go with its presence line', async () => {
    const sled = '/redfish/v1/Chassis/sled1';
    const there = async (wanted: boolean) => {
      await until(
        `the sled to be ${wanted ? 'there' : 'gone'}`,
        async () => members(await client.get('/redfish/v1/Chassis')).includes(sled) === wanted,
        patience,
      );
      expect((await client.get(sled)).status).toBe(wanted ? 200 : 404);
    };
    const told = (name: string) =>
      until(
        name,
        () =>
          stream.records.some(
            ({ MessageId, OriginOfCondition }) =>
              MessageId.endsWith(`.${name}`) && OriginOfCondition?.['@odata.id'] === sled,
          ),
        patience,
      );
    // Low while the sled is plugged in.
    await machine.set('/machine/soc/gpio', 'gpioH2', false);
    await there(true);
    await machine.set('/machine/soc/gpio', 'gpioH2', true);
    await there(false);
    await told('ResourceRemoved');
    await machine.set('/machine/soc/gpio', 'gpioH2', false);
    await there(true);
    await told('ResourceCreated');
  });

  it('switches the power line of a sled', async () => {
    const system = '/redfish/v1/Systems/host1';
    const reset = async (ResetType: string) => {
      const answer = await client.send('POST', `${system}/Actions/ComputerSystem.Reset`, { ResetType });
      expect(answer.status, answer.text).toBeLessThan(300);
    };
    // The register of the expander that holds its outputs 12 to 15, read past the kernel's driver: what the relay sees. The
    // emulator has another expander of the same family here, with two bits for each output.
    const outputs = () => machine.shell('i2cget -f -y 0 0x76 3');
    await shows(client, system, '/PowerState', (value: unknown) => typeof value === 'string', patience);
    if (at((await client.get(system)).body, '/PowerState') === 'On') await reset('ForceOff');
    await shows(client, system, '/PowerState', 'Off', patience);
    const off = await outputs();
    await reset('On');
    await shows(client, system, '/PowerState', 'On', patience);
    const on = await until('the register to change', async () => {
      const now = await outputs();
      return now === off ? undefined : now;
    });
    // The highest bit is line 15, and nothing else has moved.
    expect(Number(on) ^ Number(off)).toBe(0x80);
    expect(await machine.shell('cat /proc/$PID/comm')).toMatch(/\S/);
  });

  it('holds the watchdog', async () => {
    expect(await machine.shell('cat /sys/class/watchdog/watchdog0/state')).toBe('active');
  });

  it('loses a bus that goes, and nothing else, and has it again when it is back', async () => {
    const name = await machine.shell('basename $(readlink -f /sys/class/i2c-adapter/i2c-13/device)');
    expect(name).toMatch(/i2c/);
    const driver = '/sys/bus/platform/drivers/aspeed-i2c-bus';
    await machine.shell(`echo ${name} > ${driver}/unbind`);
    await shows(client, sensor('LANE_TMP105'), '/Reading', null, patience);
    // What is on other buses goes on being read.
    const other = sensor('MB_U402_THERM_LOCAL');
    const { body } = await client.get(other);
    expect(typeof at(body, '/Reading')).toBe('number');
    const since = at(body, '/ReadingTime');
    const later = (value: unknown) => String(value) > String(since);
    await shows(client, other, '/ReadingTime', later, patience);
    await shows(client, sensor('LANE_TMP421'), '/Reading', null, patience);
    await machine.shell(`echo ${name} > ${driver}/bind`);
    for (const id of ['LANE_TMP105', 'LANE_VIN'])
      await shows(client, sensor(id), '/Reading', (value: unknown) => typeof value === 'number', patience);
    await celsius('LANE_TMP105', 30);
  });

  it('needs little', async () => {
    const resident = Number(/(\d+)/.exec(await machine.shell('grep VmRSS /proc/$PID/status'))?.[1]) / 1024;
    const before = (await client.get(sensor('LANE_TMP105'))).body;
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    const after = (await client.get(sensor('LANE_TMP105'))).body;
    const apart =
      Date.parse(String(at(after, '/ReadingTime'))) - Date.parse(String(at(before, '/ReadingTime')));
    print(
      `emulated board: ${resident.toFixed(0)} MiB resident in the guest; in 10 s readings moved on by ${(apart / 1000).toFixed(1)} s`,
    );
    expect(resident).toBeGreaterThan(10);
    expect(apart).toBeGreaterThan(5_000);
  });
});
