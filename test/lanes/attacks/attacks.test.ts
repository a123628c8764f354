/**
 * An administrator works while another network attacks: first from one address, then from many of one /64. Runs in a network
 * of its own, since the attacks must reach nothing else: `npm run test:attacks`. REDFISHD_ATTACK_SECONDS is the length of
 * one attack (20), REDFISHD_ATTACKS a comma-separated list of names (all).
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SpawnedDaemon, spawnDaemon } from '../../support/process.ts';
import { until } from '../../support/until.ts';
import { Administrator, type Figures } from './administrator.ts';
import { type AttackName, attack, attackNames, buildAttackers, type Target } from './attack.ts';

const seconds = Number(process.env.REDFISHD_ATTACK_SECONDS ?? 20);
const chosen = process.env.REDFISHD_ATTACKS?.split(',') ?? attackNames;
const readerPassword = 'Slanted-Otter-21-crane';
const administrator = 'fd00:a::1';
const server = 'fd00:c::1';
const one = ['fd00:b::1'];
const many = Array.from({ length: 2000 }, (_, n) => `fd00:b::1:${n.toString(16)}`);
/** What an administrator may notice, in milliseconds. */
const bounds = { p95: 250, max: 1_000 };
/** What may be left 30 s after an attack. */
const leftovers = { descriptors: 8, mebibytes: 64 };

/** Why the lane cannot run here; undefined where it can. */
function obstacle(): string | undefined {
  const others = Object.keys(networkInterfaces()).filter((name) => name !== 'lo');
  if (others.length > 0) return 'this is not a private network: run it with "npm run test:attacks"';
  const setUp = [
    ['ip', 'link', 'set', 'lo', 'up'],
    ...[administrator, server, ...one].map((address) => [
      'ip',
      '-6',
      'addr',
      'add',
      `${address}/64`,
      'dev',
      'lo',
    ]),
    ['ip', '-6', 'route', 'add', 'local', 'fd00:b::/64', 'dev', 'lo'],
  ];
  for (const [command = '', ...words] of setUp) {
    const run = spawnSync(command, words, { encoding: 'utf8' });
    if (run.status !== 0 && !/exists/.test(run.stderr)) return `${words.join(' ')}: ${run.stderr}`;
  }
  writeFileSync('/proc/sys/net/ipv6/ip_nonlocal_bind', '1');
  return undefined;
}

const reason = obstacle();
if (reason !== undefined) process.stderr.write(`\nSKIPPED: attacks: ${reason}\n`);

describe.skipIf(reason !== undefined)('an administrator elsewhere', () => {
  const directory = mkdtempSync(join(tmpdir(), 'redfishd-attacks-'));
  const rows: string[] = [];
  let daemon: SpawnedDaemon;
  let admin: Administrator;
  let target: Target;
  let program: string;
  let before: Figures;

  beforeAll(async () => {
    program = await buildAttackers(directory);
    const config = join(directory, 'config.yaml');
    writeFileSync(config, 'http2: true\n');
    daemon = await spawnDaemon({
      state: join(directory, 'state'),
      args: [
        '--listen',
        '[::]:8443',
        '--http-redirect',
        '[::]:8080',
        '--config',
        config,
        '--log-level',
        'error',
      ],
    });
    target = { host: server, port: 8443, redirectPort: 8080, readerPassword };
    admin = new Administrator(`https://[${server}]:8443`, administrator);
    await admin.begin();
    const reader = { UserName: 'reader', Password: readerPassword, RoleId: 'ReadOnly' };
    expect(await admin.post('/redfish/v1/AccountService/Accounts', reader)).toBe(201);
    before = await admin.work(new Promise((resolve) => setTimeout(resolve, 4_000)));
  });

  afterAll(async () => {
    process.stdout.write(`\n${table(before, rows)}\n`);
    admin?.close();
    const begun = performance.now();
    const exit = await daemon?.kill();
    process.stdout.write(
      `stopped in ${(performance.now() - begun).toFixed(0)} ms, ${JSON.stringify(exit)}\n`,
    );
    rmSync(directory, { recursive: true, force: true });
  });

  it.each(attackNames.filter((name) => chosen.includes(name)))('is served during %s', async (name) => {
    const start = held(daemon.pid);
    const during = {
      one: await admin.work(attack(program, name, target, one, seconds * 500)),
      many: await admin.work(attack(program, name, target, many, seconds * 500)),
    };
    const returned = until('descriptors and memory to return', () => isOver(start, held(daemon.pid)), 30_000);
    const rest = await returned.catch((error: Error) => error.message);
    const end = held(daemon.pid);
    for (const [from, figures] of Object.entries(during)) rows.push(row(name, from, figures, start, end));
    expect(rest).toBe(true);
    for (const [from, { p95, max, failed }] of Object.entries(during)) {
      expect([from, failed.slice(0, 3)]).toEqual([from, []]);
      expect(p95, `p95 from ${from}`).toBeLessThan(bounds.p95);
      expect(max, `maximum from ${from}`).toBeLessThan(bounds.max);
    }
  });

  it('has not lost the audit records of its own writes', async () => {
    const uri = '/redfish/v1/Managers/bmc/LogServices/AuditLog/Entries';
    const { 'Members@odata.count': total } = (await admin.get(
      `${uri}?$filter=${encodeURIComponent("Severity eq 'OK'")}&$top=1`,
    )) as { 'Members@odata.count': number };
    expect(total).toBeGreaterThan(10);
  });
});

interface Held {
  readonly descriptors: number;
  readonly mebibytes: number;
}

function held(pid: number): Held {
  const rss = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return { descriptors: readdirSync(`/proc/${pid}/fd`).length, mebibytes: Math.round(Number(rss) / 1024) };
}

/** Whether nothing of an attack is held any more. */
const isOver = (start: Held, now: Held): boolean =>
  now.descriptors <= start.descriptors + leftovers.descriptors &&
  now.mebibytes <= start.mebibytes + leftovers.mebibytes;

const cells = (texts: readonly string[]): string =>
  texts.map((text, at) => (at === 0 ? text.padEnd(28) : text.padStart(10))).join('');

const times = ({ count, p50, p95, max, failed }: Figures): string[] => [
  String(count),
  p50.toFixed(0),
  p95.toFixed(0),
  max.toFixed(0),
  String(failed.length),
];

const row = (name: AttackName, from: string, figures: Figures, start: Held, end: Held): string =>
  cells([
    name,
    from,
    ...times(figures),
    `${start.mebibytes}>${end.mebibytes}`,
    `${start.descriptors}>${end.descriptors}`,
  ]);

const table = (before: Figures, rows: readonly string[]): string =>
  [
    cells(['attack', 'from', 'answers', 'p50 ms', 'p95 ms', 'max ms', 'failed', 'RSS MiB', 'fds']),
    cells(['none', '', ...times(before)]),
    ...rows,
  ].join('\n');
