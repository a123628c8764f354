/** The serial console of a host, as clients on the network see it. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { at, testPassword, testUser } from '../support/client.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { hardwareOf } from '../support/hardware.ts';
import { basic, openScreen } from '../support/screen.ts';
import { until } from '../support/until.ts';

const system = '/redfish/v1/Systems/system';

describe('the serial console', () => {
  let daemon: TestDaemon;
  afterEach(() => daemon.stop());

  const uri = (query = '', host = 'system') =>
    `wss://127.0.0.1:${daemon.daemon.address.port}/console/${host}${query}`;

  const open = (query = '', headers: Record<string, string> = {}) => openScreen(uri(query), headers);
  /** Status of a request for a console that is refused. */
  const refused = async (query: string, headers: Record<string, string>, host?: string): Promise<number> => {
    const socket = new WebSocket(uri(query, host), { rejectUnauthorized: false, headers });
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    response.resume();
    return response.statusCode ?? 0;
  };
  const switchOn = async () => {
    await daemon.send('POST', `${system}/Actions/ComputerSystem.Reset`, { ResetType: 'On' });
  };
  const start = async () => {
    daemon = await startTestDaemon({ twin: { speed: 20 } });
  };

  it('is advertised, shows the host boot, and takes what is typed', async () => {
    await start();
    expect((await daemon.get(system)).body).toMatchObject({
      SerialConsole: {
        MaxConcurrentSessions: 16,
        WebSocket: { ServiceEnabled: true, ConsoleURI: '/console/system', Interactive: true },
      },
    });
    const screen = await open();
    expect(screen.mode).toBe('interactive');
    await switchOn();
    await until('the login', () => screen.text().includes('system login: '));
    screen.socket.send(Buffer.from('root\r'));
    await until('the echo', () => screen.text().includes('root\r\nLogin incorrect'));
    screen.socket.close();
  });

  it('is typed on by one and read by many, from what was written before', async () => {
    await start();
    await switchOn();
    const first = await open();
    await until('the login', () => first.text().includes('system login: '));
    const second = await open();
    const third = await open('?mode=read');
    expect([second.mode, third.mode]).toEqual(['read-only', 'read-only']);
    await until('what was written before', () => third.text() === first.text());
    second.socket.send('x');
    expect(await second.closed).toEqual([1008, expect.stringMatching(/takeover=true/)]);
    const fourth = await open('?takeover=true');
    expect(fourth.mode).toBe('interactive');
    expect(await first.closed).toEqual([1008, `taken over by ${testUser} from 127.0.0.1`]);
    fourth.socket.send(Buffer.from('hello'));
    await until('the echo for all', () => third.text().endsWith('hello') && fourth.text().endsWith('hello'));
  });

  it('is for who may change components, and for no page of another origin', async () => {
    await start();
    const reader = { UserName: 'reader', Password: 'Quaint-Marmot-57', RoleId: 'ReadOnly' };
    await daemon.send('POST', '/redfish/v1/AccountService/Accounts', reader);
    const admin = { authorization: basic(testUser, testPassword) };
    expect(await refused('', {})).toBe(401);
    expect(await refused('', { authorization: basic('reader', reader.Password) })).toBe(403);
    expect(await refused('', { ...admin, origin: 'https://elsewhere.example' })).toBe(403);
    expect(await refused('', admin, 'nobody')).toBe(404);
    expect(await refused('?mode=write', admin)).toBe(400);
    expect(await refused('?speed=1', admin)).toBe(400);
    expect((await daemon.get('/console/system')).status).toBe(426);
  });

  it('ends with the session that opened it', async () => {
    await start();
    const credentials = { UserName: testUser, Password: testPassword };
    const login = await daemon.send('POST', '/redfish/v1/SessionService/Sessions', credentials);
    const token = String(login.headers['x-auth-token']);
    const screen = await open('', { authorization: '', 'x-auth-token': token });
    await daemon.send('DELETE', String(login.headers.location));
    expect(await screen.closed).toEqual([1008, expect.stringMatching(/login has ended/)]);
  });

  it('can be switched off, for those who have it open too', async () => {
    await start();
    const screen = await open();
    const off = { SerialConsole: { WebSocket: { ServiceEnabled: false } } };
    expect((await daemon.send('PATCH', system, off)).status).toBe(200);
    expect(await screen.closed).toEqual([1001, 'the console was closed']);
    expect(await refused('', { authorization: basic(testUser, testPassword) })).toBe(409);
    await daemon.send('PATCH', system, { SerialConsole: { WebSocket: { ServiceEnabled: true } } });
    (await open()).socket.close();
  });

  it('leaves a trace of who had it', async () => {
    await start();
    const screen = await open();
    screen.socket.close(1000, 'done');
    await screen.closed;
    const entries = '/redfish/v1/Managers/bmc/LogServices/AuditLog/Entries';
    const said = await until('the two entries', async () => {
      const found = at((await daemon.get(entries)).body, '/Members') as { readonly Message: string }[];
      const texts = found.map(({ Message }) => Message);
      const own = texts.filter((text) => text.startsWith('The serial console'));
      return own.length === 2 ? own : undefined;
    });
    expect(said).toEqual([
      `The serial console of system was opened to type, by ${testUser} from 127.0.0.1.`,
      `The serial console of system was closed to type, by ${testUser} from 127.0.0.1: done.`,
    ]);
  });

  it('says why when the port is not there, and goes on when it is', async () => {
    const { DeviceError } = await import('../../drivers/errors.ts');
    let there = false;
    daemon = await startTestDaemon({
      hardware: (twin) => ({
        ...hardwareOf(twin),
        serial: {
          open: async (device, baud) => {
            if (!there) throw new DeviceError('no-bus', device, 'there is no such serial port');
            return twin.serial.open(device, baud);
          },
        },
      }),
    });
    const screen = await open();
    expect(await screen.closed).toEqual([1011, '/dev/ttyS1: there is no such serial port']);
    there = true;
    await until('the port', async () => {
      const again = await open();
      const ended = await Promise.race([again.closed, new Promise((resolve) => setTimeout(resolve, 200))]);
      again.socket.terminate();
      return ended === undefined;
    });
  });

  it('lets the daemon end', async () => {
    await start();
    const screen = await open();
    await daemon.stop();
    expect((await screen.closed)[0]).toBe(1001);
  });

  it('answers those who ask for another protocol as if they had not', async () => {
    await start();
    const answer = await daemon.get('/redfish/v1/', {
      headers: { Connection: 'Upgrade', Upgrade: 'h2c' },
    });
    expect(answer.status).toBe(200);
  });
});
