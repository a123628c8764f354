/** How much one network may cost, in virtual time. */
import { describe, expect, it } from 'vitest';
import { networkOf } from '../../../src/base/client-network.ts';
import { Budgets } from '../../../src/http/budgets.ts';

function setUp(
  requestsPerSecond = 100,
  known: readonly string[] = [],
  owners: Readonly<Record<string, string>> = {},
) {
  let time = 0;
  const budgets = new Budgets({
    requestsPerSecond,
    ownerOf: (host) => (known.includes(host) ? (owners[host] ?? 'admin') : undefined),
    now: () => time,
  });
  return {
    budgets,
    ask: (address: string) => budgets.request(networkOf(address)),
    charge: (address: string, milliseconds: number) => budgets.charge(networkOf(address), milliseconds),
    pass: (milliseconds: number) => {
      time += milliseconds;
    },
  };
}

/** The share of the processor that requests of `cost` milliseconds get, one of each client in turn, in `seconds`. */
function shareOf(addresses: (n: number) => string, cost: number, known: readonly string[] = []): number {
  const { ask, charge, pass } = setUp(500, known);
  const seconds = 60;
  let busy = 0;
  let served = 0;
  for (let at = 0; at < seconds * 1000; at += 1) {
    const address = addresses(at);
    if (ask(address) === 'serve') {
      charge(address, cost);
      busy += cost;
      served += 1;
    }
    pass(1);
  }
  expect(served).toBeGreaterThan(0);
  return busy / (seconds * 1000);
}

describe('a budget of requests', () => {
  it('allows a burst, and in the long run so many a second', () => {
    const { ask, pass } = setUp(10);
    const many = () => Array.from({ length: 100 }, () => ask('192.0.2.1')).filter((each) => each === 'serve');
    expect(many()).toHaveLength(40);
    pass(1000);
    expect(many()).toHaveLength(10);
    expect(ask('::ffff:192.0.2.1')).toBe('wait');
    expect(ask('192.0.2.2')).toBe('serve');
  });
});

describe('a budget of processor time', () => {
  it.each([1, 10, 100, 1000])('gives one host at most 40 %%, with requests of %i ms', (cost) => {
    expect(shareOf(() => '192.0.2.1', cost)).toBeLessThan(0.42 + cost / 60_000);
  });

  it('gives all addresses of an IPv6 host no more than one', () => {
    expect(shareOf((n) => `2001:db8::${(n % 5000).toString(16)}`, 10)).toBeLessThan(0.42);
  });

  it('gives a site little more than one host', () => {
    expect(shareOf((n) => `2001:db8:0:${(n % 256).toString(16)}::1`, 10)).toBeLessThan(0.52);
  });

  it('gives all strangers together at most 60 %', () => {
    expect(shareOf((n) => `2001:db8:${(n % 4000).toString(16)}::1`, 10)).toBeLessThan(0.62);
  });

  it('serves a host where somebody has logged in whatever strangers spend', () => {
    const { ask, charge, pass } = setUp(500, ['192.0.2.1']);
    for (let at = 0; at < 10_000; at += 10) {
      const stranger = `2001:db8:${at.toString(16)}::1`;
      if (ask(stranger) === 'serve') charge(stranger, 50);
      expect(ask('192.0.2.1')).toBe('serve');
      pass(10);
    }
  });

  it('gives all hosts of one account half, whatever site they are at', () => {
    const hosts = Array.from({ length: 100 }, (_, n) => `198.51.${n}.1`);
    expect(shareOf((n) => hosts[n % 100] ?? '', 10, hosts)).toBeLessThan(0.52);
  });

  it('serves the host of an account beside one of another account in the same site', () => {
    const { ask, charge } = setUp(500, ['192.0.2.1', '192.0.2.2'], { '192.0.2.2': 'reader' });
    charge('192.0.2.2', 5_000);
    expect([ask('192.0.2.1'), ask('192.0.2.2')]).toEqual(['serve', 'wait']);
  });

  it('answers so many refusals, then drops connections, and serves again once the debt is paid', () => {
    const { budgets, ask, charge, pass } = setUp(500, ['192.0.2.1']);
    charge('192.0.2.1', 1_500);
    const verdicts = Array.from({ length: 300 }, () => ask('192.0.2.1'));
    expect(verdicts.filter((each) => each === 'wait')).toHaveLength(250);
    expect(verdicts.filter((each) => each === 'drop')).toHaveLength(50);
    expect(budgets.retryAfter(networkOf('192.0.2.1'))).toBe(3);
    expect(budgets.connection(networkOf('192.0.2.1'), 1)).toBe(false);
    pass(3_000);
    expect(ask('192.0.2.1')).toBe('serve');
    expect(budgets.connection(networkOf('192.0.2.1'), 1)).toBe(true);
  });

  it('is a budget of its own for hashing: a slow login does not keep its client from going on', () => {
    const { budgets, ask, pass } = setUp(500);
    const network = networkOf('192.0.2.1');
    const logins = Array.from({ length: 10 }, () => budgets.hashing(network, 500));
    expect(logins.filter(Boolean)).toHaveLength(6);
    expect(ask('192.0.2.1')).toBe('serve');
    pass(4_000);
    expect(budgets.hashing(network, 500)).toBe(true);
  });

  it('is not forgiven by coming from more networks than are remembered', () => {
    const { ask, charge } = setUp(500);
    charge('192.0.2.1', 2_000);
    for (let n = 0; n < 4000; n++) ask(`2001:db8:${n.toString(16)}::1`);
    expect(ask('192.0.2.1')).toBe('wait');
  });
});
