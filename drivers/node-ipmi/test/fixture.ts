/** Controllers, records and FRU contents for tests. */
import {
  encodeFru,
  encodeSdr,
  type FullSensor,
  IpmiNode,
  LanServer,
  type LanServerOptions,
  type NodeOptions,
  type SerialModel,
  simpleChassis,
  type TypedText,
} from 'node-ipmi';

/** A controller of our own with a blade behind it, and the parts to build others from. */

export const latin1 = (text: string): TypedText => ({ text, encoding: 'latin1' });

const entity = { id: 7, instance: 1, logical: false };

/** A temperature sensor, 1 degree a count, with all thresholds; what is given replaces that. */
export function fullSensor(number: number, name: string, changes: Partial<FullSensor> = {}): FullSensor {
  return {
    kind: 'full',
    recordId: 0,
    owner: { address: 0x20, channel: 0, lun: 0 },
    number,
    entity,
    sensorType: 1,
    eventType: 1,
    oem: 0,
    name: latin1(name),
    initialization: 0x7f,
    capabilities: {
      ignoreWithoutEntity: false,
      autoRearm: true,
      hysteresis: 2,
      thresholds: 2,
      eventControl: 0,
    },
    masks: { assertion: 0x7a95, deassertion: 0x7a95, reading: 0x3f3f },
    unit: { percent: false, base: 1, modifier: 0, join: 'none', rate: 0 },
    factors: {
      m: 1,
      b: 0,
      bExponent: 0,
      rExponent: 0,
      linearization: 0,
      format: 'unsigned',
      tolerance: 0,
      accuracy: 0,
      accuracyExponent: 0,
    },
    direction: 1,
    nominal: 40,
    normalMaximum: undefined,
    normalMinimum: undefined,
    maximum: 255,
    minimum: 0,
    thresholds: {
      lowerNonCritical: 10,
      lowerCritical: 5,
      lowerNonRecoverable: 0,
      upperNonCritical: 80,
      upperCritical: 90,
      upperNonRecoverable: 100,
    },
    hysteresis: { positive: 2, negative: 2 },
    ...changes,
  };
}

/** A serial line whose host says back in capitals what it hears. */
export function echoLine(): SerialModel & {
  say(text: string): void;
  breaks: number;
  readonly heard: string[];
} {
  const listeners = new Set<(data: Uint8Array) => void>();
  const tell = (data: Uint8Array): void => {
    for (const listener of listeners) listener(data);
  };
  const heard: string[] = [];
  return {
    breaks: 0,
    heard,
    write(data) {
      heard.push(Buffer.from(data).toString());
      tell(Buffer.from(Buffer.from(data).toString().toUpperCase()));
    },
    sendBreak() {
      this.breaks++;
    },
    onData(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    say: (text) => tell(Buffer.from(text)),
  };
}

export const boardFru = (serialNumber: string): Uint8Array => {
  const contents = new Uint8Array(256);
  contents.set(
    encodeFru({
      chassis: { type: 23, partNumber: 'CP-1', serialNumber: 'CS-1' },
      board: {
        manufacturer: 'Acme',
        productName: 'Sled',
        serialNumber,
        partNumber: 'P-1',
        manufactured: new Date('2024-05-06T07:08:00Z'),
      },
      product: { manufacturer: 'Acme', productName: 'Box', assetTag: 'A-7' },
    }),
  );
  return contents;
};

export async function startServer(
  node: Partial<NodeOptions> = {},
  server: Partial<LanServerOptions> = {},
): Promise<{
  server: LanServer;
  node: IpmiNode;
  blade: IpmiNode;
  line: ReturnType<typeof echoLine>;
  port: number;
}> {
  const line = echoLine();
  const nested = new IpmiNode({ address: 0x2c, deviceId: 0x2c });
  const blade = new IpmiNode({
    address: 0x24,
    deviceId: 0x24,
    chassis: simpleChassis(),
    sdrs: [encodeSdr(fullSensor(1, 'Blade', { owner: { address: 0x24, channel: 0, lun: 0 } }))],
    frus: new Map([[0, boardFru('BLADE-1')]]),
    neighbours: [{ channel: 6, address: 0x2c, target: nested }],
  });
  const sdrs = [
    encodeSdr({
      kind: 'fru',
      recordId: 0,
      accessAddress: 0x20,
      fruId: 0,
      logical: true,
      channel: 0,
      lun: 0,
      bus: 0,
      deviceType: 0x10,
      deviceModifier: 0,
      entity,
      oem: 0,
      name: latin1('Board'),
    }),
    encodeSdr(fullSensor(1, 'CPU Temp')),
    encodeSdr({
      ...fullSensor(3, 'PSU1'),
      kind: 'compact',
      sensorType: 8,
      eventType: 0x6f,
      masks: { assertion: 0xff, deassertion: 0xff, reading: 0xff },
      sharing: { count: 1, modifier: 'numeric', offset: 0, entityIncrements: false, direction: 0 },
    }),
  ];
  const bmc = new IpmiNode({
    deviceId: 0x20,
    firmware: [3, 0x14],
    manufacturer: 0xa015,
    product: 0x1234,
    sdrs,
    frus: new Map([[0, boardFru('S-1')]]),
    chassis: simpleChassis(),
    power: { read: () => ({ current: 237, minimum: 100, maximum: 300, average: 200 }) },
    serial: line,
    neighbours: [{ channel: 0, address: 0x24, target: blade }],
    ...node,
  });
  const lan = new LanServer({
    node: bmc,
    users: [
      { name: 'admin', password: 'secret123' },
      { name: 'ro', password: 'ropass', privilege: 2 },
    ],
    ...server,
  });
  await lan.listen(0);
  return { server: lan, node: bmc, blade, line, port: lan.port };
}
