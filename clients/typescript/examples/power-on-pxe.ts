/** Boots the only system from the network once: `node power-on-pxe.js URL`. */
import { type ComputerSystem, connect, RedfishError } from '@redfishd/client';

const [url = '', user = 'admin', password = process.env.BMC_PASSWORD ?? ''] = process.argv.slice(2);
const bmc = await connect(url, { credentials: { user, password }, tls: { trust: 'first-use' } });
try {
  const system = await bmc.only<ComputerSystem>(bmc.root.Systems);
  await bmc.patch(system, { Boot: { BootSourceOverrideEnabled: 'Once', BootSourceOverrideTarget: 'Pxe' } });
  await bmc.complete(await bmc.action(system, 'ComputerSystem.Reset', { ResetType: 'On' }));
  process.stdout.write(`${system.Name} starts from the network\n`);
} catch (error) {
  if (!(error instanceof RedfishError)) throw error;
  process.stderr.write(`${error.kind}: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  await bmc.close();
}
