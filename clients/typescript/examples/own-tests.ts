/** A mock service for the tests of your own program. */
import { connect } from '@redfishd/client';
import { startMock, treeOf } from '@redfishd/client/mock';

const systems = '/redfish/v1/Systems';
const mock = await startMock({
  tree: treeOf({
    [systems]: { '@odata.id': systems, Name: 'Systems', Members: [{ '@odata.id': `${systems}/1` }] },
    [`${systems}/1`]: { '@odata.id': `${systems}/1`, Id: '1', Name: 'Blade', PowerState: 'Off' },
  }),
});
const bmc = await connect(mock.url);
await bmc.patch(`${systems}/1`, { AssetTag: 'rack 4' });
const { AssetTag, Name } = await bmc.get(`${systems}/1`);
process.stdout.write(`${Name}: ${AssetTag}, after ${mock.requests.length} requests\n`);
await bmc.close();
await mock.close();
