import { describe, expect, it } from 'vitest';
import { Accounts } from '../../../src/accounts/accounts.ts';
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
  const told: LoginAttempt[] = [];
  return {
    accounts,
    settings,
    clock,
    told,
    logins: new Logins(accounts, settings, (attempt) => told.push(attempt), clock),
  };
}

describe('logins', () => {
  it('tell of each session that begins and of each failure, not of each request', async () => {
    const { logins, told } = await setUp();
    expect((await logins.begin('admin', password, '10.0.0.1')).ok).toBe(true);
    expect((await logins.each('admin', password, '10.0.0.1')).ok).toBe(true);
    expect(await logins.each('admin', 'wrong', '10.0.0.1')).toEqual({ ok: false, reason: 'wrong' });
    expect(await logins.each('nobody', 'wrong', '10.0.0.1')).toEqual({ ok: false, reason: 'wrong' });
    expect(told.map(({ userName, ok }) => `${userName} ${ok}`)).toEqual([
      'admin true',
      'admin false',
      'nobody false',
    ]);
  });

  it('slow a guesser down, longer with each failure, and nobody else', async () => {
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
    expect(new Logins(accounts, settings, () => undefined).basic).toBe('Disabled');
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
});
