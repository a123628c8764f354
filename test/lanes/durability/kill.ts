/** kill -9 in the middle of writes over HTTPS: whatever was acknowledged is there after the next start. */
import { at } from '../../support/client.ts';
import { logEntries } from '../../support/logs.ts';
import { type SpawnedDaemon, spawnDaemon } from '../../support/process.ts';

const accounts = '/redfish/v1/AccountService/Accounts';
const tagged = ['/redfish/v1/Systems/system', '/redfish/v1/Chassis/chassis'] as const;
/** As many accounts as are kept at a time; the oldest goes when a new one comes. */
const kept = 12;

/** What the clients know: what was acknowledged, and what was asked for when the daemon died. */
interface Knowledge {
  /** Role of each account; null once its removal was acknowledged. */
  readonly roles: Map<string, string | null>;
  readonly tags: Map<string, string>;
  /** What a write without an answer may have made of it, by account or URI. */
  readonly open: Map<string, string | null>;
  /** Numbers of the acknowledged writes, as they stand in the audit log by their target. */
  readonly audited: Map<string, number>;
}

export interface KillReport {
  readonly kills: number;
  /** Acknowledged ones. */
  readonly writes: number;
  /** What was acknowledged and is not there, in words. */
  readonly losses: readonly string[];
}

/** Writes and kills until `writes` have been acknowledged and the daemon has been killed `kills` times. */
export async function killWhileWriting(state: string, writes: number, kills: number): Promise<KillReport> {
  const known: Knowledge = { roles: new Map(), tags: new Map(), open: new Map(), audited: new Map() };
  const losses: string[] = [];
  const count = { writes: 0, kills: 0, names: 0 };
  while (count.writes < writes || count.kills < kills) {
    const daemon = await spawnDaemon({ state });
    losses.push(...(await missing(daemon, known)));
    known.open.clear();
    const dying = new AbortController();
    const perLife = Math.max(1, Math.ceil(writes / kills));
    const target = count.writes + perLife * 2 * Math.random();
    const jobs = [
      ...tagged.map((uri) => writeTags(daemon, uri, known, count, dying.signal)),
      writeAccounts(daemon, known, count, dying.signal),
    ];
    while (count.writes < target) await pause(1);
    await pause(Math.random() * 20);
    dying.abort();
    await daemon.kill('SIGKILL');
    count.kills += 1;
    await Promise.all(jobs);
  }
  const last = await spawnDaemon({ state });
  losses.push(...(await missing(last, known)));
  await last.kill();
  return { kills: count.kills, writes: count.writes, losses };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** One write: noted as open until it is answered, and counted then. Whether it was acknowledged. */
async function write(
  daemon: SpawnedDaemon,
  known: Knowledge,
  count: { writes: number },
  about: string,
  wanted: string | null,
  request: readonly [method: string, uri: string, body?: unknown],
): Promise<boolean> {
  known.open.set(about, wanted);
  const answer = await daemon.send(...request).catch(() => null);
  if (answer === null) return false;
  if (answer.status >= 300) throw new Error(`${request.join(' ')}: ${answer.status} ${answer.text}`);
  known.open.delete(about);
  const [, uri] = request;
  known.audited.set(uri, (known.audited.get(uri) ?? 0) + 1);
  count.writes += 1;
  return true;
}

async function writeTags(
  daemon: SpawnedDaemon,
  uri: string,
  known: Knowledge,
  count: { writes: number; names: number },
  dying: AbortSignal,
): Promise<void> {
  while (!dying.aborted) {
    const tag = `tag ${++count.names}`;
    if (!(await write(daemon, known, count, uri, tag, ['PATCH', uri, { AssetTag: tag }]))) return;
    known.tags.set(uri, tag);
  }
}

async function writeAccounts(
  daemon: SpawnedDaemon,
  known: Knowledge,
  count: { writes: number; names: number },
  dying: AbortSignal,
): Promise<void> {
  while (!dying.aborted) {
    const name = `u${++count.names}`;
    const uri = `${accounts}/${name}`;
    const account = { UserName: name, Password: `Brisk-Otter-${name}-lantern`, RoleId: 'ReadOnly' };
    if (!(await write(daemon, known, count, name, 'ReadOnly', ['POST', accounts, account]))) return;
    known.roles.set(name, 'ReadOnly');
    if (!(await write(daemon, known, count, name, 'Operator', ['PATCH', uri, { RoleId: 'Operator' }])))
      return;
    known.roles.set(name, 'Operator');
    const living = [...known.roles].filter(([, role]) => role !== null).map(([each]) => each);
    const [oldest] = living;
    if (living.length <= kept || oldest === undefined) continue;
    if (!(await write(daemon, known, count, oldest, null, ['DELETE', `${accounts}/${oldest}`]))) return;
    known.roles.set(oldest, null);
  }
}

/** What was acknowledged and is not there. */
async function missing(daemon: SpawnedDaemon, known: Knowledge): Promise<string[]> {
  const losses: string[] = [];
  for (const uri of tagged) {
    const found = at((await daemon.get(uri)).body, '/AssetTag');
    const right = known.tags.get(uri) ?? '';
    if (found !== right && found !== known.open.get(uri))
      losses.push(`${uri} is "${String(found)}", not "${right}"`);
    if (typeof found === 'string') known.tags.set(uri, found);
  }
  const { body } = await daemon.get(`${accounts}?$expand=.`);
  const members = (at(body, '/Members') as readonly unknown[]).filter(
    (each) => at(each, '/UserName') !== 'admin',
  );
  const found = new Map(members.map((each) => [String(at(each, '/UserName')), String(at(each, '/RoleId'))]));
  for (const name of new Set([...known.roles.keys(), ...known.open.keys(), ...found.keys()])) {
    if (name.startsWith('/')) continue;
    const role = found.get(name) ?? null;
    const right = known.roles.get(name) ?? null;
    const mayBe = known.open.has(name) ? [right, known.open.get(name) ?? null] : [right];
    if (!mayBe.includes(role)) losses.push(`account ${name} has role ${role}, not ${right}`);
    known.roles.set(name, role);
  }
  const audit = (await logEntries(daemon, 'AuditLog')).filter(({ Message }) => Message.includes(': done'));
  for (const [uri, times] of known.audited) {
    const told = audit.filter(({ Message }) => Message.includes(` ${uri} `)).length;
    if (told < times) losses.push(`the audit log has ${told} of ${times} writes to ${uri}`);
  }
  return losses;
}
