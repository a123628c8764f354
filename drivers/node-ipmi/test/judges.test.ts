/** Other IPMI tools against our server. */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  type CipherSuite,
  decodeSelRecord,
  describeEvent,
  encodeSdr,
  encodeSelRecord,
  type Factors,
  IpmiNode,
  LanServer,
  sensorStates,
  type TypedText,
  toValue,
} from 'node-ipmi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fullSensor, latin1, startServer } from './fixture.ts';
import { canRun } from './simulator.ts';

const able = canRun(
  'ipmitool',
  'bmc-info',
  'ipmi-sensors',
  'ipmi-sel',
  'ipmi-fru',
  'ipmi-dcmi',
  'ipmi-raw',
  'ipmipower',
);
const execute = promisify(execFile);

/** Runs a tool and gives what it printed; fails where it fails. */
async function output(tool: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin`, TZ: 'UTC' };
  const { stdout, stderr } = await execute(tool, args, { env, timeout: 15_000 });
  return stdout + stderr;
}

const ipmitool = (
  port: number,
  suite: CipherSuite,
  command: string,
  before: readonly string[] = [],
): Promise<string> => {
  const login = [
    '-I',
    'lanplus',
    '-C',
    String(suite),
    '-H',
    '127.0.0.1',
    '-p',
    String(port),
    '-U',
    'admin',
    '-P',
    'secret123',
  ];
  return output('ipmitool', [...login, ...before, ...command.split(' ')]);
};

describe.skipIf(!able).each([17, 3] as const)('with cipher suite %i, our server satisfies', (suite) => {
  let started: Awaited<ReturnType<typeof startServer>>;
  let cache = '';

  beforeAll(async () => {
    started = await startServer();
    started.node.sensors.setReading(1, 95);
    started.node.sensors.setStates(3, 1);
    cache = mkdtempSync(join(tmpdir(), 'freeipmi-'));
  });
  afterAll(async () => {
    await started?.server.close();
    rmSync(cache, { recursive: true, force: true });
  });

  test.each([
    ['mc info', /Firmware Revision +: 3\.14[\s\S]*Manufacturer ID +: 40981/],
    ['mc selftest', /Selftest: passed/],
    ['mc guid', /System GUID +: [0-9a-fA-F-]{32,36}/],
    ['sdr list', /CPU Temp +\| 95 degrees C +\| cr/],
    ['sdr elist all', /Logical FRU @00h[\s\S]*PSU1 +\| 03h \| ok +\| +7\.1 \| Presence detected/],
    [
      'sensor list',
      /CPU Temp +\| 95\.000 +\| degrees C +\| cr +\| 0\.000 +\| 5\.000 +\| 10\.000 +\| 80\.000 +\| 90\.000/,
    ],
    ['sensor thresh CPU\u00a0Temp ucr 91', /Setting sensor "CPU Temp" Upper Critical threshold to 91\.000/],
    ['sel info', /Entries +: 3/],
    ['sel elist', /Upper Critical going high \| Asserted \| Reading 95 > Threshold 90 degrees C/],
    ['fru print', /Board Serial +: S-1[\s\S]*Product Asset Tag +: A-7/],
    ['chassis status', /System Power +: o/],
    ['chassis power on', /Up\/On/],
    ['chassis power status', /Chassis Power is on/],
    ['chassis identify 5', /Chassis identify interval: 5 seconds/],
    ['chassis policy always-on', /Set chassis power restore policy to always-on/],
    ['chassis bootdev pxe options=efiboot', /Set Boot Device to pxe/],
    ['chassis bootparam get 5', /BIOS EFI boot[\s\S]*Force PXE/],
    ['dcmi power reading', /Instantaneous power reading: +237 Watts/],
    ['channel info 1', /802\.3 LAN/],
    ['session info active', /privilege level +: ADMINISTRATOR/],
    ['user list 1', /2 +admin .*ADMINISTRATOR[\s\S]*3 +ro .*USER/],
    ['lan print 1', /RMCP\+ Cipher Suites +: 17,3/],
    ['sol info 1', /Enabled +: true/],
    ['mc watchdog get', /Watchdog Timer Is: +Stopped/],
  ])('ipmitool %s', async (command, expected) => {
    // A blank inside an argument is written as a no-break space above.
    const login = [
      '-I',
      'lanplus',
      '-C',
      String(suite),
      '-H',
      '127.0.0.1',
      '-p',
      String(started.port),
      '-U',
      'admin',
      '-P',
      'secret123',
    ];
    const words = command.split(' ').map((word) => word.replaceAll('\u00a0', ' '));
    expect(await output('ipmitool', [...login, ...words])).toMatch(expected);
  });

  test.each([
    ['mc info', /Device ID +: 36/],
    ['sdr list', /Blade +\| 40 degrees C +\| ok/],
    ['fru print', /Board Serial +: BLADE-1/],
    ['chassis power status', /Chassis Power is off/],
  ])('ipmitool, bridged: %s', async (command, expected) => {
    expect(await ipmitool(started.port, suite, command, ['-t', '0x24', '-b', '0'])).toMatch(expected);
  });

  test('ipmitool without a suite named, which asks for the suites first', async () => {
    const login = [
      '-I',
      'lanplus',
      '-H',
      '127.0.0.1',
      '-p',
      String(started.port),
      '-U',
      'admin',
      '-P',
      'secret123',
    ];
    expect(await output('ipmitool', [...login, 'mc', 'info'])).toMatch(/3\.14/);
  });

  test('ipmitool with a wrong password, which is refused', async () => {
    const login = [
      '-I',
      'lanplus',
      '-C',
      String(suite),
      '-H',
      '127.0.0.1',
      '-p',
      String(started.port),
      '-U',
      'admin',
      '-P',
      'wrong',
    ];
    await expect(output('ipmitool', [...login, 'mc', 'info'])).rejects.toThrow(/Unable to establish/);
  });

  test.each([
    ['bmc-info', [], /Firmware Revision +: 3\.14/],
    ['ipmi-sensors', [], /CPU Temp +\| Temperature +\| 95\.00 +\| C/],
    ['ipmi-sel', [], /CPU Temp +\| Temperature +\| Upper Critical - going high ; Sensor Reading = 95\.00 C/],
    ['ipmi-fru', [], /FRU Board Serial Number: S-1/],
    ['ipmi-chassis', ['--get-chassis-status'], /System Power +: on/],
    ['ipmi-dcmi', ['--get-system-power-statistics'], /Current Power +: 237 Watts/],
    ['ipmipower', ['--stat'], /: on/],
    [
      'ipmi-raw',
      ['--target-channel-number=0', '--target-slave-address=0x24', '0', '6', '1'],
      /rcvd: 01 00 24/,
    ],
  ] as [string, string[], RegExp][])('freeipmi %s %j', async (tool, args, expected) => {
    const login = [
      '-h',
      `127.0.0.1:${started.port}`,
      '-u',
      'admin',
      '-p',
      'secret123',
      '-D',
      'LAN_2_0',
      '-I',
      String(suite),
    ];
    const needsCache = ['ipmi-sensors', 'ipmi-sel', 'ipmi-fru'].includes(tool);
    const privilege = tool === 'ipmipower' ? [] : ['-l', 'ADMIN'];
    const caching = needsCache ? [`--sdr-cache-directory=${cache}`, '--quiet-cache'] : [];
    expect(await output(tool, [...login, ...privilege, ...caching, ...args])).toMatch(expected);
  });
});

/** Runs a console tool under a terminal of its own, types a line once it is ready, and gives all that was shown. */
async function converse(
  command: string,
  ready: RegExp,
  line: string,
  reply: RegExp,
  end: string,
): Promise<string> {
  const child = spawn('script', ['-qfc', command, '/dev/null'], { env: { ...process.env, TERM: 'dumb' } });
  const gone = new Promise<void>((done) => child.once('exit', () => done()));
  let shown = '';
  child.stdout.on('data', (data: Buffer) => {
    shown += data.toString();
  });
  try {
    await expect.poll(() => shown, { timeout: 8000 }).toMatch(ready);
    child.stdin.write(line);
    await expect.poll(() => shown, { timeout: 8000 }).toMatch(reply);
    child.stdin.write(end);
    await Promise.race([gone, new Promise((done) => setTimeout(done, 3000))]);
  } finally {
    child.kill();
    await gone;
  }
  return shown;
}

test.skipIf(!able || !canRun('script'))('the console of our server serves ipmitool', async () => {
  const { server, port, line } = await startServer();
  const command = `ipmitool -I lanplus -C 17 -H 127.0.0.1 -p ${port} -U admin -P secret123 sol activate`;
  try {
    const shown = await converse(command, /operational/, 'uname -a', /UNAME -A/, '\r~.');
    expect(shown).toMatch(/UNAME -A/);
    expect(line.heard.join('')).toMatch(/^uname -a/);
  } finally {
    await server.close();
  }
});

describe.skipIf(!able)('the codecs agree with ipmitool', () => {
  const withNode = async (node: IpmiNode, use: (port: number) => Promise<void>): Promise<void> => {
    const server = new LanServer({ node, users: [{ name: 'admin', password: 'secret123' }] });
    await server.listen(0);
    try {
      await use(server.port);
    } finally {
      await server.close();
    }
  };

  test('about readings: every linearization, sign and exponent', async () => {
    const base = fullSensor(1, '').factors;
    const variants: [TypedText, Partial<Factors>, number][] = [
      ...Array.from({ length: 12 }, (_, linearization): [TypedText, Partial<Factors>, number] => [
        latin1(`LIN ${linearization}`),
        { linearization, m: 3, rExponent: -1, b: 2 },
        20,
      ]),
      [latin1('signed two'), { format: 'twosComplement', m: 5, rExponent: -1 }, 0xec],
      [latin1('signed one'), { format: 'onesComplement', m: 5, rExponent: -1 }, 0xec],
      [latin1('negative M'), { m: -7, b: 500, rExponent: -2 }, 33],
      [latin1('negative B'), { m: 59, b: -40, bExponent: 1, rExponent: -3 }, 204],
      [latin1('big'), { m: 100, rExponent: 1 }, 55],
      // Names of other encodings it prints as they are stored, so that it cannot judge those.
      [latin1('sixteen letters!'), {}, 78],
    ];
    const sensors = variants.map(([name, changes], index) =>
      fullSensor(index + 1, '', {
        name,
        factors: { ...base, ...changes },
        thresholds: fullSensor(1, '').thresholds,
      }),
    );
    const node = new IpmiNode({
      sdrs: sensors.map((sdr) => encodeSdr({ ...sdr, masks: { assertion: 0, deassertion: 0, reading: 0 } })),
    });
    for (const [index, [, , raw]] of variants.entries()) node.sensors.setReading(index + 1, raw);
    await withNode(node, async (port) => {
      const lines = (await ipmitool(port, 17, 'sdr list full', ['-c'])).trim().split('\n');
      const theirs = lines.map((line) => line.split(',').slice(0, 2));
      const ours = variants.map(([name, changes, raw]) => {
        const value = toValue(raw, { ...base, ...changes }) ?? Number.NaN;
        // It prints whole numbers without, others with three digits behind the point.
        return [name.text.trimEnd(), value];
      });
      expect(theirs.map(([name]) => name?.trimEnd())).toEqual(ours.map(([name]) => name));
      theirs.forEach(([name, value], index) => {
        const precision = value?.split('.')[1]?.length ?? 0;
        expect(`${name} ${Number(value)}`).toBe(
          `${name} ${Number(Number(ours[index]?.[1]).toFixed(precision))}`,
        );
      });
    });
  });

  test('about events: every state of every sensor type', async () => {
    const node = new IpmiNode({ selCapacity: 1000 });
    const add = (sensorType: number, eventType: number, offset: number, first = 0, second = 0xff): void => {
      const generator = { address: 0x20, software: false, channel: 0, lun: 0 };
      const data = [first | offset, second, 0xff] as const;
      const sensor = { recordId: 0, timestamp: 0, generator, revision: 4, sensorNumber: 1, asserted: true };
      node.sel.add(encodeSelRecord({ kind: 'event', ...sensor, sensorType, eventType, offset, data }));
    };
    for (let type = 0; type <= 0x2c; type++) {
      sensorStates(type, 0x6f).forEach((state, offset) => {
        if (state !== '' && type !== 0x0f) add(type, 0x6f, offset);
      });
    }
    for (let type = 1; type <= 0x0c; type++) {
      for (const offset of sensorStates(1, type).keys()) add(1, type, offset);
    }
    for (let detail = 0; detail < 14; detail++) add(0x0f, 0x6f, 0, 0xc0, detail);
    for (let detail = 0; detail < 26; detail++) add(0x0f, 0x6f, 2, 0xc0, detail);
    const records = [...node.sel.records.values()].map(decodeSelRecord);
    await withNode(node, async (port) => {
      const lines = (await ipmitool(port, 17, 'sel list')).trim().split('\n');
      expect(lines).toHaveLength(records.length);
      const differing = lines.flatMap((line, index) => {
        const record = records[index];
        if (record?.kind !== 'event') return ['not an event'];
        const theirs = line.split('|')[4]?.trim() ?? '';
        const { state, detail } = describeEvent(record);
        const ours = detail ?? state;
        // Where ipmitool has no words, or waits for the second data byte to have them, it prints nothing.
        return theirs === '' || theirs.toLowerCase() === ours.toLowerCase() ? [] : [`${theirs} | ${ours}`];
      });
      expect(differing).toEqual([
        // Its own words for what the specification calls otherwise.
        'NMI/Diag Interrupt | Front Panel NMI/Diagnostic Interrupt',
        'Unrecoverable IDE device failure | Unrecoverable hard-disk device failure',
        'Unrecoverable diskette failure | Unrecoverable diskette subsystem failure',
        'reserved | System Firmware Progress',
      ]);
    });
  });
});
