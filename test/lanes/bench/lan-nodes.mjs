// Controllers on loopback, many in one process, so that what they cost is not the daemon's. Tells its parent their ports and,
// whenever asked, how many commands they have answered; ends with it.
import { encodeFru, encodeSdr, IpmiNode, LanServer, simpleChassis, toRaw } from 'node-ipmi';
import { ENTITY, temperature } from '../../../dist/src/twin/nodes/facts.js';
import { recordsOf } from '../../../dist/src/twin/nodes/records.js';
import { serverSensors } from '../../../dist/src/twin/nodes/server.js';

const [count, user, password] = process.argv.slice(2);
const address = 0x20;

/** Those of a server, and as many regulators as make thirty with readings. */
const regulator = (number) =>
  temperature(0x50 + number, `VR${number} Temp`, [ENTITY.systemBoard, 2 + number], {
    thresholds: { upperCaution: 100, upperCritical: 110 },
  });
const table = [...serverSensors, ...[1, 2, 3, 4, 5].map(regulator)];

const locator = encodeSdr({
  ...{
    kind: 'fru',
    recordId: 0,
    accessAddress: address,
    fruId: 0,
    logical: true,
    channel: 0,
    lun: 0,
    bus: 0,
  },
  ...{ deviceType: 0x10, deviceModifier: 0, entity: { id: 7, instance: 1, logical: false }, oem: 0 },
  name: { text: 'Board', encoding: 'latin1' },
});

function inventory(serialNumber) {
  const board = { manufacturer: 'Acme', productName: 'Sled', serialNumber, partNumber: 'P-1' };
  const image = new Uint8Array(1024);
  image.set(encodeFru({ board, product: { manufacturer: 'Acme', productName: 'Server', serialNumber } }));
  return image;
}

let commands = 0;

class CountedNode extends IpmiNode {
  handle(request, context) {
    commands += 1;
    return super.handle(request, context);
  }
}

async function start(index) {
  const node = new CountedNode({
    ...{ address, manufacturer: 42_623, product: 1, chassis: simpleChassis(true) },
    sdrs: [...recordsOf(table, { address, events: true }), locator],
    frus: new Map([[0, inventory(`S-${process.pid}-${index}`)]]),
    power: { read: () => ({ current: 237, minimum: 100, maximum: 300, average: 200 }) },
  });
  /** As those of real ones do, readings move a little all the time. */
  const move = () => {
    for (const { kind, number, nominal = 35 } of table) {
      const sdr = node.sensors.sensors.get(number)?.sdr;
      if (kind === 'analog')
        node.sensors.setReading(number, toRaw(nominal, sdr.factors) + Math.round(Math.random()));
    }
  };
  move();
  setInterval(move, 1000);
  const server = new LanServer({ node, users: [{ name: user, password }] });
  await server.listen(0);
  return server.port;
}

const ports = await Promise.all(Array.from({ length: Number(count) }, (_, index) => start(index)));
process.on('disconnect', () => process.exit());
process.on('message', () => process.send({ commands }));
process.send({ ports });
