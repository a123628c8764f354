/** Logins: reports, waits for guessers, locks and who is exempt from them. */
import { describe, expect, it } from 'vitest';
import { Accounts } from '../../../src/accounts/accounts.ts';
import { KnownNetworks } from '../../../src/accounts/known-networks.ts';
import { type LoginAttempt, Logins } from '../../../src/accounts/logins.ts';
import { PasswordHasher } from '../../../src/accounts/password.ts';
import { Roles } from '../../../src/accounts/roles.ts';
import { Settings } from '../../../src/store/settings.ts';
import { ManualClock, open } from '../store/support.ts';

const password = 'Quaint-Marmot-57-plinth';
/** Cheap hashes: it is not their strength that is tested. */
const hasher = new PasswordHasher({ ln: 4, r: 1, p: 1 });

async function setUp() {
  const store = open();
  const settings = new Settings(store);
  const roles = new Roles(store);
  const clock = new ManualClock();
  const accounts = new Accounts(store, settings, roles, { clock, hasher });
  accounts.setPolicy({ lockoutThreshold: 0 });
  await accounts.create({ userName: 'admin', password, roleId: 'Administrator' });
  const attempts: LoginAttempt[] = [];
  return {
    accounts,
    settings,
    clock,
    attempts,
    logins: new Logins(accounts, settings, {
      known: new KnownNetworks(settings),
      report: (attempt) => attempts.push(attempt),
      clock,
    }),
  };
}

describe('logins', () => {
  it('tell of each session that begins and of each failure, not of each request', async () => {
    const { logins, attempts } = await setUp();
    expect((await logins.begin('admin', password, '10.0.0.1')).ok).toBe(true);
    expect((await logins.each('admin', password, '10.0.0.1')).ok).toBe(true);
    expect(await logins.each('admin', 'wrong', '10.0.0.1')).toEqual({ ok: false, reason: 'wrong' });
    expect(await logins.each('nobody', 'wrong', '10.0.0.1')).toEqual({ ok: false, reason: 'wrong' });
    expect(attempts.map(({ userName, ok }) => `${userName} ${ok}`)).toEqual([
      'admin true',
      'admin false',
      'nobody false',
    ]);
  });

  it('delay their host, longer with each failure, and no other host', async () => {
    const { logins, clock } = await setUp();
    for (let n = 0; n < 5; n++) await logins.begin('admin', `guess ${n}`, '10.0.0.66');
    expect(await logins.begin('admin', 'guess 5', '10.0.0.66')).toEqual({ ok: false, reason: 'wrong' });
    const waits: number[] = [];
    for (let n = 0; n < 8; n++) {
      const login = await logins.begin('admin', password, '10.0.0.66');
      if (login.ok || login.reason !== 'later') throw new Error('it should have to wait');
      waits.push(login.seconds);
      clock.uptime += login.seconds * 1000;
      await logins.begin('admin', 'another guess', '10.0.0.66');
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect((await logins.begin('admin', password, '10.0.0.2')).ok).toBe(true);
  });

  it('forgive an address that logs in, or that has been quiet', async () => {
    const { logins, clock } = await setUp();
    for (let n = 0; n < 5; n++) await logins.begin('admin', 'guess', '10.0.0.3');
    expect((await logins.begin('admin', password, '10.0.0.3')).ok).toBe(true);
    for (let n = 0; n < 5; n++) await logins.begin('admin', 'guess', '10.0.0.3');
    expect((await logins.begin('admin', password, '10.0.0.3')).ok).toBe(true);
    for (let n = 0; n < 6; n++) await logins.begin('admin', 'guess', '10.0.0.4');
    clock.uptime += 901_000;
    expect(await logins.begin('admin', 'guess', '10.0.0.4')).toEqual({ ok: false, reason: 'wrong' });
    expect((await logins.begin('admin', password, '10.0.0.4')).ok).toBe(true);
  });

  it('let who is known go on beside a guesser at the same address', async () => {
    const { logins } = await setUp();
    await logins.each('admin', password, '10.0.0.5');
    for (let n = 0; n < 7; n++) await logins.each('admin', 'guess', '10.0.0.5');
    expect((await logins.each('admin', password, '10.0.0.5')).ok).toBe(true);
  });

  it('take no Basic credentials once that is switched off, also after a restart', async () => {
    const { accounts, settings, logins } = await setUp();
    logins.setBasic('Disabled');
    expect(await logins.each('admin', password, '10.0.0.6')).toEqual({ ok: false, reason: 'wrong' });
    expect((await logins.begin('admin', password, '10.0.0.6')).ok).toBe(true);
    expect(
      new Logins(accounts, settings, { known: new KnownNetworks(settings), report: () => undefined }).basic,
    ).toBe('Disabled');
    logins.setBasic('Unadvertised');
    expect((await logins.each('admin', password, '10.0.0.6')).ok).toBe(true);
  });

  it('remember a bounded number of addresses', async () => {
    const { logins } = await setUp();
    for (let n = 0; n < 6; n++) await logins.begin('admin', 'guess', 'first');
    expect((await logins.begin('admin', password, 'first')).ok).toBe(false);
    for (let n = 0; n < 4096; n++) await logins.begin('admin', 'guess', `10.1.${n >> 8}.${n & 255}`);
    expect((await logins.begin('admin', password, 'first')).ok).toBe(true);
  });

  it('count all addresses of an IPv6 host as one', async () => {
    const { logins } = await setUp();
    for (let n = 0; n < 6; n++) await logins.begin('admin', 'guess', `2001:db8::${n}`);
    expect(await logins.begin('admin', password, '2001:db8::99')).toMatchObject({ reason: 'later' });
    expect((await logins.begin('admin', password, '2001:db8:0:1::99')).ok).toBe(true);
  });

  it('count guesses that are still being checked', async () => {
    const { logins, attempts } = await setUp();
    const guesses = Array.from({ length: 60 }, (_, n) => logins.each('admin', `guess ${n}`, '10.0.0.7'));
    const outcomes = await Promise.all(guesses);
    expect(outcomes.filter((login) => !login.ok && login.reason === 'wrong')).toHaveLength(6);
    expect(attempts).toHaveLength(6);
  });

  it('check equal requests at one time once', async () => {
    const { logins } = await setUp();
    const same = Array.from({ length: 40 }, () => logins.each('admin', password, '10.0.0.7'));
    expect((await Promise.all(same)).every(({ ok }) => ok)).toBe(true);
  });

  it('forget with a success only the failures of that account', async () => {
    const { accounts, logins } = await setUp();
    await accounts.create({ userName: 'reader', password, roleId: 'ReadOnly' });
    let evaluated = 0;
    for (let n = 0; n < 20; n++) {
      const guess = await logins.begin('admin', `guess ${n}`, '10.0.0.8');
      if (!guess.ok && guess.reason === 'wrong') evaluated += 1;
      await logins.begin('reader', password, '10.0.0.8');
    }
    expect(evaluated).toBe(6);
  });

  it('are charged to the network before a password is hashed', async () => {
    const { accounts, settings } = await setUp();
    const charged: string[] = [];
    const logins = new Logins(accounts, settings, {
      known: new KnownNetworks(settings),
      report: () => undefined,
      charge: ({ site }) => charged.push(site) < 3,
    });
    for (let n = 0; n < 4; n++) await logins.begin('admin', password, '10.0.0.9');
    expect(charged).toEqual(Array(4).fill('10.0.0.0/24'));
    expect(await logins.begin('admin', password, '10.0.0.9')).toMatchObject({ reason: 'later' });
  });
});

describe('an account that guessers have locked', () => {
  async function locked() {
    const house = await setUp();
    const { accounts, logins } = house;
    accounts.setPolicy({ lockoutThreshold: 4 });
    await logins.begin('admin', password, '192.0.2.1');
    for (let n = 0; n < 4; n++) await logins.begin('admin', `guess ${n}`, `10.0.${n}.1`);
    expect(accounts.findByName('admin')?.locked).toBe(true);
    return house;
  }

  it('lets in its password from a host where it has logged in before, also after a restart', async () => {
    const { accounts, settings, logins } = await locked();
    expect((await logins.begin('admin', password, '192.0.2.1')).ok).toBe(true);
    const again = new Logins(accounts, settings, {
      known: new KnownNetworks(settings),
      report: () => undefined,
    });
    expect((await again.each('admin', password, '192.0.2.1')).ok).toBe(true);
    expect(accounts.findByName('admin')?.locked).toBe(true);
  });

  it('refuses the right password from anywhere else, and counts it as no guess', async () => {
    const { accounts, logins } = await locked();
    for (let n = 0; n < 12; n++)
      expect(await logins.begin('admin', password, '198.51.100.1')).toEqual({ ok: false, reason: 'wrong' });
    accounts.update('admin', { locked: false });
    await new Promise((resolve) => setImmediate(resolve));
    expect((await logins.begin('admin', password, '198.51.100.1')).ok).toBe(true);
  });

  it('stays locked for a known host that guesses', async () => {
    const { logins } = await locked();
    for (let n = 0; n < 4; n++) await logins.begin('admin', `guess ${n}`, '192.0.2.1');
    expect(await logins.begin('admin', password, '192.0.2.1')).toEqual({ ok: false, reason: 'wrong' });
  });

  it('goes on for a client of Basic authentication that was let in before', async () => {
    const { accounts, logins } = await setUp();
    accounts.setPolicy({ lockoutThreshold: 4 });
    await logins.each('admin', password, '192.0.2.1');
    for (let n = 0; n < 4; n++) await logins.begin('admin', `guess ${n}`, `10.0.${n}.1`);
    const login = logins.each('admin', password, '192.0.2.1');
    // From the cache: at once, and not as a promise.
    expect(login).toMatchObject({ ok: true });
  });
});
