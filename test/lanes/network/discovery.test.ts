/** The daemon is found, by a client at the other end of a wire that leads nowhere else. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testPassword } from '../../support/client.ts';
import { inNamespace, noNamespace } from '../../support/namespace.ts';

const root = join(import.meta.dirname, '../../..');
const reason = noNamespace('discovery over multicast');

interface Answer {
  readonly text: string;
  readonly from: string;
}

interface Met {
  readonly uuid: string;
  readonly version: string;
  readonly alive: readonly string[];
  readonly byebye: readonly string[];
  readonly [step: string]: unknown;
}

/** Two machines: this side has eth0 and the daemon, the other has the other end of the wire and the client. */
const script = (state: string) => `
ip link set lo up
ip link add eth0 type veth peer name peer0
unshare -n sleep 120 & other=$!
trap 'kill $other $daemon 2>/dev/null; wait' EXIT
until [ "$(readlink /proc/$other/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; do sleep 0.05; done
ip link set peer0 netns $other
ip addr add 192.0.2.5/24 dev eth0
ip -6 addr add 2001:db8::5/64 dev eth0 nodad
ip link set eth0 up
nsenter -t $other -n bash -c 'ip link set lo up; ip addr add 192.0.2.6/24 dev peer0; ip link set peer0 up; ip route add 224.0.0.0/4 dev peer0'
node dist/src/main.js serve --twin --platform platform/tiogapass.yaml --state ${state}/state --listen '[::]:8443' >${state}/out 2>${state}/log & daemon=$!
until grep -q 'Try next' ${state}/out; do sleep 0.1; kill -0 $daemon; done
# An address of the link is first tried for a while.
while ip -6 addr show scope link tentative | grep -q fe80; do sleep 0.1; done
while nsenter -t $other -n ip -6 addr show scope link tentative | grep -q fe80; do sleep 0.1; done
nsenter -t $other -n node test/unit/discovery/peer.mjs 192.0.2.5 ${testPassword} || { cat ${state}/log >&2; exit 1; }
`;

describe.skipIf(reason !== undefined)('a service on a network', () => {
  let state: string;
  let met: Met;

  beforeAll(async () => {
    state = mkdtempSync(join(tmpdir(), 'redfishd-test-'));
    writeFileSync(join(state, 'password'), `${testPassword}\n`);
    const run = await inNamespace(
      [`cd ${root}`, `export REDFISHD_ADMIN_PASSWORD_FILE=${state}/password`],
      ['bash', '-c', script(state)],
    );
    if (run.status !== 0) throw new Error(run.stderr);
    met = JSON.parse(run.stdout) as Met;
  }, 90_000);
  afterAll(() => rmSync(state, { recursive: true, force: true }));

  const answers = (step: string) => met[step] as readonly Answer[];
  const type = () => `urn:dmtf-org:service:redfish-rest:1:${met.version.split('.')[1]}`;
  const usn = () => `uuid:${met.uuid}::${type()}`;

  it('is silent on a twin until somebody switches SSDP on', () => {
    expect(answers('before')).toEqual([]);
    expect(met.on).toBe(200);
  });

  it.each([
    ['redfish', '192.0.2.5', 'https://192.0.2.5:8443/redfish/v1/'],
    ['all', '192.0.2.5', 'https://192.0.2.5:8443/redfish/v1/'],
    ['elsewhere', '192.0.2.5', 'https://192.0.2.5:9443/redfish/v1/'],
  ])('answers a search (%s) from the address that the client reaches', (step, from, url) => {
    expect(answers(step)).toEqual([
      {
        from,
        text: `HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nEXT:\r\nST: ${type()}\r\nUSN: ${usn()}\r\nAL: ${url}\r\n\r\n`,
      },
    ]);
  });

  it('answers a search over IPv6', () => {
    const [answer] = answers('ipv6');
    expect(answers('ipv6')).toHaveLength(1);
    expect(answer?.from).toMatch(/^fe80::/);
    const address = answer?.from.replace(/%.*$/, '');
    expect(answer?.text).toContain(`\r\nAL: https://[${address}]:8443/redfish/v1/\r\n`);
  });

  it.each(['other', 'unasked', 'malformed'])('leaves alone what is not for it: %s', (step) => {
    expect(answers(step)).toEqual([]);
  });

  it('answers no flood', () => {
    expect(met.flood).toBeGreaterThan(0);
    expect(met.flood).toBeLessThan(10);
  });

  it('tells of itself over both families, again and again', () => {
    const told = (group: string, url: string) =>
      `NOTIFY * HTTP/1.1\r\nHOST: ${group}:1900\r\nCACHE-CONTROL: max-age=1800\r\nNT: ${type()}\r\nNTS: ssdp:alive\r\nUSN: ${usn()}\r\nAL: ${url}\r\n\r\n`;
    const ipv4 = told('239.255.255.250', 'https://192.0.2.5:8443/redfish/v1/');
    expect(met.alive.filter((text) => text === ipv4).length).toBeGreaterThan(1);
    const ipv6 = met.alive.filter((text) => text.includes('HOST: [ff02::c]:1900'));
    expect(ipv6.length).toBeGreaterThan(1);
    for (const text of ipv6) expect(text).toContain('\r\nAL: https://[fe80::');
  });

  it('is silent at once when SSDP is switched off, after a goodbye', () => {
    expect([met.off, answers('silent')]).toEqual([200, []]);
    expect(met.byebye).toContain(
      `NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNT: ${type()}\r\nNTS: ssdp:byebye\r\nUSN: ${usn()}\r\n\r\n`,
    );
  });

  it('is found by DNS-SD while that is switched on', () => {
    expect([met.dnsSdBefore, met.dnsSdAfter]).toEqual(['', '']);
    const said = String(met.dnsSd);
    for (const part of ['_redfish', 'path=/redfish/v1/', `uuid=${met.uuid}`]) expect(said).toContain(part);
    // 9443 and 192.0.2.5 as the SRV and A records carry them.
    for (const bytes of ['\x24\xe3', '\xc0\x00\x02\x05']) expect(said).toContain(bytes);
  });
});

describe.skipIf(reason !== undefined)('a machine without a network', () => {
  it('keeps trying, and answers once there is one', async () => {
    const run = await inNamespace([`cd ${root}`], ['node', 'test/lanes/network/late.mjs']);
    expect(run.stderr).toBe('');
    const met = JSON.parse(run.stdout) as Record<string, unknown>;
    const url = 'https://127.0.0.1/redfish/v1/';
    expect(met).toEqual({ without: [null, 0], late: url, again: url, after: null });
  });
});
