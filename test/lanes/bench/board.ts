/** A board of so many sensors, as a descriptor: INA230s, three values each, ten to a bus. */
export function largeBoard(sensors: number): string {
  const devices = Math.ceil(sensors / 3);
  const lines = [
    'id: large',
    'name: Large board',
    'manager: { id: bmc }',
    'chassis: [{ id: chassis, type: RackMount }]',
    'buses:',
    ...Array.from({ length: Math.ceil(devices / 10) }, (_, bus) => `  - { bus: ${bus} }`),
    'devices:',
  ];
  for (let n = 0; n < devices; n++) {
    const channels = ['voltage', 'current', 'power']
      .slice(0, sensors - n * 3)
      .map((channel) => `${channel}: { id: D${n}_${channel}, context: SystemBoard${limits[channel] ?? ''} }`);
    lines.push(
      `  - { id: D${n}, chip: ina230, bus: ${Math.floor(n / 10)}, address: ${0x40 + (n % 10)}, shunt: 1 mOhm, sensors: { ${channels.join(', ')} } }`,
    );
  }
  return `${lines.join('\n')}\n`;
}

const limits: Readonly<Record<string, string>> = {
  voltage: ', thresholds: { lowerCritical: 11, upperCritical: 13 }',
  current: ', thresholds: { upperCritical: 20 }',
  power: ', thresholds: { upperCritical: 250 }',
};

/** A chassis of nodes that are reached over the network, at these ports of loopback, and read every second. */
export function lanBoard(ports: readonly number[], user: string, secret: string): string {
  const each = (line: (id: string, port: number) => string) =>
    ports.map((port, index) => `  - { ${line(`node${index + 1}`, port)} }`);
  const lines = [
    'id: lan',
    'name: LAN nodes',
    'manager: { id: bmc }',
    'chassis:',
    '  - { id: chassis, type: Enclosure }',
    ...each((id) => `id: ${id}, type: Sled, containedBy: chassis, fru: ${id}`),
    'nodes:',
    ...each(
      (id, port) =>
        `id: ${id}, chassis: ${id}, host: ${id}, poll: 1 s, link: { kind: lan, host: 127.0.0.1, port: ${port}, user: ${user}, secret: ${secret} }`,
    ),
    'hosts:',
    ...each(
      (id) =>
        `id: ${id}, chassis: ${id}, fru: ${id}, power: { kind: ipmi, node: ${id} }, console: { node: ${id} }`,
    ),
    'frus:',
    ...each((id) => `id: ${id}, node: ${id}, chassis: ${id}, context: SystemBoard`),
    'indicators:',
    ...each((id) => `id: ${id}, kind: identify, node: ${id}, chassis: ${id}`),
  ];
  return `${lines.join('\n')}\n`;
}
