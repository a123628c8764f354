/** SSDP on a machine that has no network yet, and then gets one. */
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { servedAddresses, serviceUrl } from '../../../dist/src/discovery/served.js';
import { Ssdp } from '../../../dist/src/discovery/ssdp.js';

const complaints = [];
const ssdp = new Ssdp({
  identity: { uuid: '5b1d3c52-6d0f-4c1c-8b43-6f5f0c2f7a11', redfishVersion: '1.22.0' },
  served: () => servedAddresses('::'),
  url: (address) => serviceUrl(address, 443),
  log: (text, detail) => complaints.push({ text, ...detail }),
});
const ip = (...words) => spawnSync('ip', words);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Whether a search is answered. */
async function answers() {
  const socket = createSocket('udp4');
  let answer = '';
  socket.on('message', (text) => {
    answer = String(text);
  });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.bind(0, resolve));
  const search = ['M-SEARCH * HTTP/1.1', 'MAN: "ssdp:discover"', 'MX: 0', 'ST: ssdp:all', '', ''].join(
    '\r\n',
  );
  for (let tries = 0; tries < 3 && answer === ''; tries++) {
    socket.send(search, 1900, '239.255.255.250', () => {});
    await sleep(200);
  }
  socket.close();
  return /^AL: (.*)$/m.exec(answer)?.[1]?.trim() ?? null;
}

const met = { without: [], late: null, again: null, after: null };
ssdp.start({ interval: 600, ttl: 2, scope: 'Link' });
await sleep(100);
ssdp.refresh();
met.without = [await answers(), complaints.length];
ip('link', 'set', 'lo', 'up');
ip('link', 'set', 'lo', 'multicast', 'on');
ip('route', 'add', '224.0.0.0/4', 'dev', 'lo');
for (let looks = 0; looks < 20 && met.late === null; looks++) {
  ssdp.refresh();
  await sleep(50);
  met.late = await answers();
}
ip('link', 'set', 'lo', 'down');
ssdp.refresh();
ip('link', 'set', 'lo', 'up');
ip('route', 'add', '224.0.0.0/4', 'dev', 'lo');
for (let looks = 0; looks < 20 && met.again === null; looks++) {
  ssdp.refresh();
  await sleep(50);
  met.again = await answers();
}
await ssdp.stop();
met.after = await answers();
process.stdout.write(JSON.stringify(met));
