/** A virtual machine as a system, on its twin: power, boot device, and images from the network in its drive. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { afterThisTest } from '../support/cleanup.ts';
import { startTestDaemon } from '../support/daemon.ts';
import { shows } from '../support/until.ts';

const system = '/redfish/v1/Systems/vm';
const drive = `${system}/VirtualMedia/Cd`;
const start = () => startTestDaemon({ platform: 'platform/qemu.yaml', twin: { speed: 20 } });

/** A server of images. */
async function images(): Promise<string> {
  const server: Server = createServer((request, response) => {
    if (request.url === '/image.iso') response.end('an image');
    else if (request.url === '/moved.iso') response.writeHead(302, { Location: '/image.iso' }).end();
    else if (
      request.url === '/secret.iso' &&
      request.headers.authorization === `Basic ${Buffer.from('me:word').toString('base64')}`
    )
      response.end('a secret');
    else if (request.url === '/huge.iso')
      response.writeHead(200, { 'Content-Length': String(10 * 1024 ** 3) }).write('x');
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterThisTest(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a virtual machine', () => {
  it('is switched, and boots the device that was asked for', async () => {
    const { twin, send, get, ...daemon } = await start();
    const client = { get, send, ...daemon };
    await shows(client, system, '/PowerState', 'Off');
    const set = await send('PATCH', system, {
      Boot: { BootSourceOverrideEnabled: 'Once', BootSourceOverrideTarget: 'Cd' },
    });
    expect(set.status).toBeLessThan(300);
    expect(twin.machines.order.get('vm')).toEqual(['cd0', 'disk0', 'net0']);
    expect((await send('PATCH', system, { Boot: { BootSourceOverrideTarget: 'Usb' } })).status).toBe(409);
    expect((await send('POST', `${system}/Actions/ComputerSystem.Reset`, { ResetType: 'On' })).status).toBe(
      204,
    );
    await shows(client, system, '/PowerState', 'On');
    await shows(client, system, '/Boot/BootSourceOverrideEnabled', 'Disabled');
    expect(twin.machines.order.get('vm')).toEqual(['disk0', 'net0', 'cd0']);
    expect(
      (await send('POST', `${system}/Actions/ComputerSystem.Reset`, { ResetType: 'ForceOff' })).status,
    ).toBe(204);
    await shows(client, system, '/PowerState', 'Off');
  });

  it('takes an image from the network, one at a time, and gives it back', async () => {
    const { twin, send, get, state } = await start();
    const origin = await images();
    await shows({ get, send, url: '', close: () => undefined }, system, '/PowerState', 'Off');
    const insert = (body: object) => send('POST', `${drive}/Actions/VirtualMedia.InsertMedia`, body);
    expect((await get(drive)).body).toMatchObject({
      Inserted: false,
      Image: null,
      ConnectedVia: 'NotConnected',
    });
    expect((await insert({ Image: `${origin}/moved.iso` })).status).toBeLessThan(300);
    const file = join(state, 'media/vm.iso');
    expect(readFileSync(file, 'utf8')).toBe('an image');
    expect(twin.machines.media.get('cd0')).toBe(file);
    expect((await get(drive)).body).toMatchObject({
      Inserted: true,
      ImageName: 'moved.iso',
      ConnectedVia: 'URI',
    });
    expect((await insert({ Image: `${origin}/image.iso` })).status).toBe(409);
    expect((await send('POST', `${drive}/Actions/VirtualMedia.EjectMedia`, {})).status).toBeLessThan(300);
    expect(existsSync(file)).toBe(false);
    expect(twin.machines.media.size).toBe(0);
    expect(
      (await insert({ Image: `${origin}/secret.iso`, UserName: 'me', Password: 'word' })).status,
    ).toBeLessThan(300);
    expect(readFileSync(file, 'utf8')).toBe('a secret');
  });

  it.each([
    ['is not there', '/none.iso', 404],
    ['is too large', '/huge.iso', 507],
  ])('refuses an image that %s, and leaves nothing behind', async (_, path, status) => {
    const { send, get, state } = await start();
    const origin = await images();
    const answer = await send('POST', `${drive}/Actions/VirtualMedia.InsertMedia`, {
      Image: `${origin}${path}`,
    });
    expect(answer.status).toBe(status);
    expect((await get(drive)).body).toMatchObject({ Inserted: false });
    expect(existsSync(join(state, 'media/vm.iso'))).toBe(false);
    expect(existsSync(join(state, 'media/vm.iso.part'))).toBe(false);
  });

  it('refuses what is no image on the network, and what it cannot do with one', async () => {
    const { send } = await start();
    const insert = (body: object) => send('POST', `${drive}/Actions/VirtualMedia.InsertMedia`, body);
    expect((await insert({ Image: 'file:///etc/shadow' })).status).toBe(400);
    expect((await insert({ Image: 'http://127.0.0.1:9/x.iso' })).status).toBe(404);
    expect((await insert({ Image: 'http://127.0.0.1:9/x.iso', WriteProtected: false })).status).toBe(400);
  });
});
