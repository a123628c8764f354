import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccountError } from '../../../src/accounts/account-error.ts';
import { defaultPolicy } from '../../../src/accounts/account-policy.ts';
import type { AccountChange } from '../../../src/accounts/accounts.ts';
import { AuthCache } from '../../../src/accounts/authcache.ts';
import { bootstrapAdministrator } from '../../../src/accounts/bootstrap.ts';
import { generatePassword, PasswordHasher } from '../../../src/accounts/password.ts';
import { checkPassword } from '../../../src/accounts/password-rules.ts';
import { failure, household, ManualClock, open, quickHasher, temporary } from '../store/support.ts';

const good = 'correct horse battery';
const better = 'another staple entirely';

async function withAdministrator(...given: Parameters<typeof household>) {
  const house = household(...given);
  await bootstrapAdministrator(house.accounts, { userName: 'admin', password: good, mustChange: false });
  return house;
}

describe('accounts', () => {
  it('begin with one administrator, whose generated password works and is not stored', async () => {
    const directory = temporary();
    const { store, accounts } = household(open(directory));
    const password = await bootstrapAdministrator(accounts, { userName: 'admin', mustChange: true });
    expect(password).toMatch(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/);
    expect(await bootstrapAdministrator(accounts, { userName: 'other', mustChange: true })).toBeNull();
    expect(await accounts.verify('admin', password ?? '')).toMatchObject({
      ok: true,
      account: { id: 'admin', roleId: 'Administrator', passwordChangeRequired: true },
    });
    expect(JSON.stringify(store.all('SELECT * FROM accounts'))).not.toContain(password);
    store.close();
    const again = household(open(directory)).accounts;
    expect(again.list()).toHaveLength(1);
    expect((await again.verify('admin', password ?? '')).ok).toBe(true);
    expect(await again.verify('admin', 'wrong')).toEqual({ ok: false, reason: 'wrong-password' });
    expect(await again.verify('nobody', 'wrong')).toEqual({ ok: false, reason: 'unknown-user' });
  });

  it('refuse what is not acceptable, name the property, and change nothing', async () => {
    const { accounts } = await withAdministrator();
    const refusals = [
      [{ userName: '../etc' }, 'user-name', 'UserName'],
      [{ userName: 'ünder' }, 'user-name', 'UserName'],
      [{ userName: 'x'.repeat(33) }, 'user-name', 'UserName'],
      [{ userName: 'admin' }, 'exists', 'UserName'],
      [{ roleId: 'King' }, 'role', 'RoleId'],
      [{ password: 'short' }, 'password-too-short', 'Password'],
      [{ password: 'long'.repeat(33) }, 'password-too-long', 'Password'],
      [{ password: 'Password123!' }, 'password-obvious', 'Password'],
      [{ userName: 'somebody', password: 'Somebody2024' }, 'password-obvious', 'Password'],
    ] as const;
    for (const [change, reason, property] of refusals) {
      const input = { userName: 'user', password: good, roleId: 'ReadOnly', ...change };
      const error = await failure(AccountError, () => accounts.create(input));
      expect(error).toMatchObject({ reason, property });
      expect(error.message).not.toContain(input.password);
    }
    expect(accounts.list()).toHaveLength(1);
  });

  it('can be renamed, keep their id, and never share a name', async () => {
    const { accounts } = await withAdministrator();
    await accounts.create({ userName: 'bob', password: good, roleId: 'ReadOnly' });
    await accounts.update('bob', { userName: 'rob' });
    expect(accounts.findByName('bob')).toBeUndefined();
    expect(accounts.findByName('rob')?.id).toBe('bob');
    const second = await accounts.create({ userName: 'bob', password: good, roleId: 'ReadOnly' });
    expect(second.id).toBe('bob-2');
    const error = await failure(AccountError, () => accounts.update('bob-2', { userName: 'rob' }));
    expect(error.reason).toBe('exists');
  });

  it('of two creations of one name at the same time, one wins', async () => {
    const { accounts } = await withAdministrator();
    const input = { userName: 'twin', password: good, roleId: 'ReadOnly' };
    const outcomes = await Promise.allSettled([accounts.create(input), accounts.create(input)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(accounts.list()).toHaveLength(2);
  });

  it('compare and set by revision', async () => {
    const { accounts } = await withAdministrator();
    const ifRevision = accounts.get('admin')?.revision ?? -1;
    const outcomes = await Promise.allSettled([
      accounts.update('admin', { password: better }, { ifRevision }),
      accounts.update('admin', { userName: 'chief' }, { ifRevision }),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(accounts.get('admin')?.revision).toBeGreaterThan(ifRevision);
  });

  it('never lose the last enabled administrator by a write', async () => {
    const { accounts } = await withAdministrator();
    await accounts.create({ userName: 'second', password: good, roleId: 'Administrator', enabled: false });
    for (const work of [
      () => accounts.update('admin', { enabled: false }),
      () => accounts.update('admin', { roleId: 'Operator' }),
      () => accounts.delete('admin'),
    ]) {
      expect((await failure(AccountError, work)).reason).toBe('last-administrator');
    }
    expect((await failure(AccountError, () => accounts.update('admin', { locked: true }))).property).toBe(
      'Locked',
    );
    await accounts.update('second', { enabled: true });
    accounts.delete('admin');
    expect(accounts.list().map(({ id }) => id)).toEqual(['second']);
  });

  it('tell of each change, and whether sessions end', async () => {
    const { accounts } = await withAdministrator();
    const changes: Pick<AccountChange, 'kind' | 'endsSessions' | 'exceptSession'>[] = [];
    accounts.onChange(({ kind, endsSessions, exceptSession }) =>
      changes.push({ kind, endsSessions, exceptSession }),
    );
    await accounts.create({ userName: 'bob', password: good, roleId: 'ReadOnly' });
    await accounts.update('bob', { roleId: 'Operator' });
    await accounts.update('bob', { password: better }, { keepSession: 'mine' });
    await accounts.update('bob', { enabled: false }, { keepSession: 'mine' });
    accounts.delete('bob');
    expect(changes).toEqual([
      { kind: 'created', endsSessions: false, exceptSession: null },
      { kind: 'updated', endsSessions: false, exceptSession: null },
      { kind: 'updated', endsSessions: true, exceptSession: 'mine' },
      { kind: 'updated', endsSessions: true, exceptSession: null },
      { kind: 'deleted', endsSessions: true, exceptSession: null },
    ]);
  });
});

describe('passwords', () => {
  it('that must be changed cannot stay the same', async () => {
    const { accounts } = await withAdministrator();
    await accounts.update('admin', { passwordChangeRequired: true });
    const error = await failure(AccountError, () => accounts.update('admin', { password: good }));
    expect(error.reason).toBe('password-reused');
    expect((await accounts.update('admin', { password: better })).passwordChangeRequired).toBe(false);
  });

  it('of the past are refused as far as the history goes', async () => {
    const { accounts } = await withAdministrator();
    accounts.setPolicy({ passwordHistory: 2 });
    await accounts.update('admin', { password: better });
    expect((await failure(AccountError, () => accounts.update('admin', { password: good }))).reason).toBe(
      'password-reused',
    );
    await accounts.update('admin', { password: 'a third one, please' });
    await accounts.update('admin', { password: good });
  });

  it('expire, and then have to be changed', async () => {
    const { accounts, clock } = await withAdministrator();
    accounts.setPolicy({ passwordExpirationDays: 30 });
    const account = await accounts.update('admin', { password: better });
    expect(account.passwordExpiration).toEqual(new Date(clock.now() + 30 * 86_400_000));
    clock.advance(29 * 86_400);
    expect(await accounts.verify('admin', better)).toMatchObject({
      account: { passwordChangeRequired: false },
    });
    clock.advance(86_400);
    expect(await accounts.verify('admin', better)).toMatchObject({
      account: { passwordChangeRequired: true },
    });
    const kept = await accounts.update('admin', { passwordExpiration: null });
    expect(kept).toMatchObject({ passwordExpiration: null, passwordChangeRequired: false });
  });

  it('that are generated are always acceptable', async () => {
    for (let n = 0; n < 50; n++) await checkPassword(generatePassword(), 'admin', defaultPolicy);
  });

  it.each([
    'aaaaaaaaaa',
    '12345678',
    '987654321',
    '1234567890',
    'abcdefgh',
    'P@ssw0rd1',
    '0penBmc0',
    '!!admin!!',
    'helloworld',
    'HELLOWORLD',
    '10000001',
    'snellens',
    'abf12345',
    'Dictation',
    'Dictation1',
    '&$%**!*@',
    'hunter2hunter2',
    'someone-2026',
  ])('obvious: %s', async (password) => {
    const error = await failure(AccountError, () => checkPassword(password, 'someone', defaultPolicy));
    expect(error.reason).toBe('password-obvious');
  });

  it('are hashed with a salt of their own, whatever their characters, and carry their cost', async () => {
    const hasher = quickHasher();
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        async (password, other) => {
          const stored = await hasher.hash(password);
          expect(stored).toMatch(/^\$scrypt\$ln=1,r=1,p=1\$/);
          expect(await hasher.hash(password)).not.toBe(stored);
          expect(await hasher.verify(password, stored)).toBe(true);
          if (Buffer.compare(Buffer.from(other), Buffer.from(password)) !== 0) {
            expect(await hasher.verify(other, stored)).toBe(false);
          }
        },
      ),
      { numRuns: 50 },
    );
    expect(await hasher.verify('x', 'garbage')).toBe(false);
    expect(await hasher.verify('x', null)).toBe(false);
  });

  it('are hashed again at the next login when the cost has been raised', async () => {
    const directory = temporary();
    const { store } = await withAdministrator(open(directory));
    store.close();
    const raised = household(open(directory), new ManualClock(), new PasswordHasher({ ln: 2, r: 1, p: 1 }));
    expect((await raised.accounts.verify('admin', good)).ok).toBe(true);
    const hash = () => raised.store.get<{ password: string }>('SELECT password FROM accounts')?.password;
    await expect.poll(hash).toMatch(/ln=2/);
    expect((await raised.accounts.verify('admin', good)).ok).toBe(true);
  });

  it('are checked a few at a time; surplus logins are refused with a retry time', async () => {
    const hasher = new PasswordHasher({ ln: 1, r: 1, p: 1 }, 2, 3);
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => hasher.hash('x')));
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(3);
    expect(await hasher.hash('x')).toContain('scrypt');
    const { accounts } = await withAdministrator(
      open(),
      new ManualClock(),
      new PasswordHasher(undefined, 1, 0),
    );
    const [, second] = await Promise.all([accounts.verify('admin', good), accounts.verify('admin', good)]);
    expect(second).toEqual({ ok: false, reason: 'busy' });
  });
});

describe('the lock against guessing', () => {
  it('closes after so many failures, for so long, and survives a restart', async () => {
    const directory = temporary();
    const clock = new ManualClock();
    const { store, accounts } = await withAdministrator(open(directory), clock);
    accounts.setPolicy({ lockoutThreshold: 3 });
    const locks: string[] = [];
    accounts.onChange(({ kind, account }) => locks.push(`${kind} ${account.id}`));
    for (let n = 0; n < 3; n++) await accounts.verify('admin', 'wrong');
    expect(locks).toEqual(['locked admin']);
    store.close();
    const again = household(open(directory), clock).accounts;
    expect(await again.verify('admin', good)).toEqual({ ok: false, reason: 'locked' });
    expect(again.get('admin')?.locked).toBe(true);
    clock.advance(301);
    expect(again.get('admin')?.locked).toBe(false);
    expect((await again.verify('admin', good)).ok).toBe(true);
  });

  it('is lifted by an administrator, forgets failures after a while and after a success', async () => {
    const { accounts, clock } = await withAdministrator();
    accounts.setPolicy({ lockoutThreshold: 2, lockoutCounterResetAfter: 60 });
    await accounts.verify('admin', 'wrong');
    clock.advance(61);
    await accounts.verify('admin', 'wrong');
    expect(accounts.get('admin')?.locked).toBe(false);
    await accounts.verify('admin', good);
    await accounts.verify('admin', 'wrong');
    expect(accounts.get('admin')?.locked).toBe(false);
    await accounts.verify('admin', 'wrong');
    expect(accounts.get('admin')?.locked).toBe(true);
    await accounts.update('admin', { locked: false });
    expect((await accounts.verify('admin', good)).ok).toBe(true);
  });

  it('cannot be outrun by guesses that come all at once', async () => {
    const { accounts } = await withAdministrator();
    accounts.setPolicy({ lockoutThreshold: 3 });
    const guesses = ['a', 'b', 'c', 'd', good].map((guess) => accounts.verify('admin', guess));
    expect((await Promise.all(guesses)).map((result) => (result.ok ? 'ok' : result.reason))).toEqual([
      'wrong-password',
      'wrong-password',
      'wrong-password',
      'locked',
      'locked',
    ]);
  });

  it('writes nothing for a success', async () => {
    const { accounts, store } = await withAdministrator();
    const writes = () => store.get<{ n: number }>('SELECT total_changes() AS n')?.n;
    const before = writes();
    for (let n = 0; n < 5; n++) await accounts.verify('admin', good);
    expect(writes()).toBe(before);
  });

  it('a disabled account stays shut', async () => {
    const { accounts } = await withAdministrator();
    await accounts.create({ userName: 'bob', password: good, roleId: 'ReadOnly', enabled: false });
    expect(await accounts.verify('bob', good)).toEqual({ ok: false, reason: 'disabled' });
  });
});

describe('the policy', () => {
  it('brings the time of the counter down with the lock, and names both where they contradict', async () => {
    const { accounts } = household(open(temporary()));
    expect(accounts.setPolicy({ lockoutThreshold: 3, lockoutDuration: 30 })).toMatchObject({
      lockoutDuration: 30,
      lockoutCounterResetAfter: 30,
    });
    expect(accounts.setPolicy({ lockoutDuration: 0 })).toMatchObject({ lockoutCounterResetAfter: 30 });
    accounts.setPolicy({ lockoutDuration: 60 });
    for (const patch of [
      { lockoutCounterResetAfter: 61 },
      { lockoutDuration: 20, lockoutCounterResetAfter: 30 },
    ]) {
      expect(await failure(AccountError, () => accounts.setPolicy(patch))).toMatchObject({
        reason: 'conflict',
        property: 'AccountLockoutCounterResetAfter',
        other: 'AccountLockoutDuration',
      });
    }
  });

  it('lasts, and is refused when out of range', async () => {
    const directory = temporary();
    const { store, accounts } = household(open(directory));
    accounts.setPolicy({ lockoutThreshold: 5, minPasswordLength: 12 });
    for (const [patch, property] of [
      [{ minPasswordLength: 3 }, 'MinPasswordLength'],
      [{ lockoutThreshold: 1.5 }, 'AccountLockoutThreshold'],
    ] as const) {
      expect(await failure(AccountError, () => accounts.setPolicy(patch))).toMatchObject({
        reason: 'value',
        property,
      });
    }
    store.close();
    const again = household(open(directory)).accounts;
    expect(again.policy).toEqual({ ...defaultPolicy, lockoutThreshold: 5, minPasswordLength: 12 });
  });
});

describe('roles', () => {
  it('are three fixed ones, with the privileges of the standard', () => {
    const { roles } = household();
    expect(Object.fromEntries(roles.list().map(({ id, privileges }) => [id, privileges]))).toEqual({
      Administrator: ['Login', 'ConfigureManager', 'ConfigureUsers', 'ConfigureComponents', 'ConfigureSelf'],
      Operator: ['Login', 'ConfigureComponents', 'ConfigureSelf'],
      ReadOnly: ['Login', 'ConfigureSelf'],
    });
  });

  it('and custom ones, which cannot be deleted while an account has them', async () => {
    const directory = temporary();
    const { store, roles, accounts } = await withAdministrator(open(directory));
    roles.create('Auditor', ['Login', 'Login']);
    roles.update('Auditor', ['Login', 'ConfigureSelf']);
    await accounts.create({ userName: 'eve', password: good, roleId: 'Auditor' });
    const refusals = [
      [() => roles.delete('Auditor'), 'in-use'],
      [() => roles.delete('ReadOnly'), 'predefined'],
      [() => roles.update('Operator', ['Login']), 'predefined'],
      [() => roles.create('Auditor', []), 'exists'],
      [() => roles.create('a/b', []), 'value'],
      [() => roles.create('Odd', ['Fly']), 'privilege'],
      [() => roles.create('Odd', ['NoAuth']), 'privilege'],
      [() => roles.delete('Odd'), 'not-found'],
      [() => roles.update('Auditor', ['Login'], { ifRevision: 1 }), 'changed'],
    ] as const;
    for (const [work, reason] of refusals) expect((await failure(AccountError, work)).reason).toBe(reason);
    store.close();
    const again = household(open(directory));
    expect(again.roles.get('Auditor')?.privileges).toEqual(['Login', 'ConfigureSelf']);
    again.accounts.delete('eve');
    again.roles.delete('Auditor');
    expect(again.roles.list()).toHaveLength(3);
  });
});

describe('the cache for Basic authentication', () => {
  /** A hasher that counts, to see when the cache answers. */
  class CountingHasher extends PasswordHasher {
    checks = 0;
    override verify(password: string, stored: string | null): Promise<boolean> {
      this.checks++;
      return super.verify(password, stored);
    }
  }

  async function cached(options = {}) {
    const hasher = new CountingHasher({ ln: 1, r: 1, p: 1 });
    const house = await withAdministrator(open(), new ManualClock(), hasher);
    return { ...house, hasher, cache: new AuthCache(house.accounts, { clock: house.clock, ...options }) };
  }

  it('hashes once for many requests, also when they come together', async () => {
    const { cache, hasher, clock } = await cached();
    await Promise.all(Array.from({ length: 20 }, () => cache.verify('admin', good)));
    for (let n = 0; n < 20; n++) expect((await cache.verify('admin', good)).ok).toBe(true);
    expect(hasher.checks).toBe(1);
    clock.advance(60);
    await cache.verify('admin', good);
    expect(hasher.checks).toBe(2);
  });

  it('forgets after its lifetime even when in use', async () => {
    const { cache, hasher, clock } = await cached({ idle: 60_000, lifetime: 120_000 });
    for (let n = 0; n < 5; n++) {
      await cache.verify('admin', good);
      clock.advance(50);
    }
    expect(hasher.checks).toBe(2);
  });

  it('never takes a wrong password or an old one', async () => {
    const { cache, accounts } = await cached();
    expect((await cache.verify('admin', good)).ok).toBe(true);
    expect((await cache.verify('admin', `${good} `)).ok).toBe(false);
    await accounts.update('admin', { password: better });
    expect((await cache.verify('admin', good)).ok).toBe(false);
    expect((await cache.verify('admin', better)).ok).toBe(true);
    await accounts.create({ userName: 'second', password: good, roleId: 'Administrator' });
    await accounts.update('admin', { enabled: false });
    expect((await cache.verify('admin', better)).ok).toBe(false);
  });

  it('goes on for a proven pair while the account is locked, and refuses any other', async () => {
    const { cache, accounts } = await cached();
    accounts.setPolicy({ lockoutThreshold: 2 });
    await cache.verify('admin', good);
    for (const guess of ['a', 'b']) await cache.verify('admin', guess);
    expect(await cache.verify('admin', good)).toMatchObject({ ok: true });
    const fresh = new AuthCache(accounts);
    expect(await fresh.verify('admin', good)).toEqual({ ok: false, reason: 'locked' });
    expect(await fresh.verify('admin', good, true)).toMatchObject({ ok: true });
  });

  it('keeps no more than its size', async () => {
    const { cache, accounts, hasher } = await cached({ size: 2 });
    for (const userName of ['u1', 'u2'])
      await accounts.create({ userName, password: good, roleId: 'ReadOnly' });
    for (const userName of ['admin', 'u1', 'u2']) await cache.verify(userName, good);
    expect(hasher.checks).toBe(3);
    await cache.verify('u2', good);
    expect(hasher.checks).toBe(3);
    await cache.verify('admin', good);
    expect(hasher.checks).toBe(4);
  });
});
