/** Lists all sensors of a service with their readings: `node sensors.js URL`. */
import { connect, type Sensor } from '@redfishd/client';

const [url = '', user = 'admin', password = process.env.BMC_PASSWORD ?? ''] = process.argv.slice(2);
const bmc = await connect(url, { credentials: { user, password }, tls: { trust: 'first-use' } });
for await (const chassis of bmc.members(bmc.root.Chassis)) {
  for await (const sensor of bmc.members<Sensor>(chassis.Sensors)) {
    const reading = bmc.lenient(sensor).number('Reading');
    process.stdout.write(`${sensor.Name}\t${reading ?? 'no reading'}\t${sensor.ReadingUnits ?? ''}\n`);
  }
}
await bmc.close();
