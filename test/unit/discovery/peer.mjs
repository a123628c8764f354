/** A client on the other end of the wire: looks for the service by SSDP and DNS-SD while it switches both, and prints what it met. */
import { createSocket } from 'node:dgram';
import { request } from 'node:https';

const [, , host, password] = process.argv;
const groups = { udp4: '239.255.255.250', udp6: 'ff02::c%peer0' };
const target = 'urn:dmtf-org:service:redfish-rest:1';
const protocol = '/redfish/v1/Managers/bmc/NetworkProtocol';
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let port = 8443;

function send(method, path, body) {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        ...{ host, port, method, path, rejectUnauthorized: false },
        headers: { 'Content-Type': 'application/json', Connection: 'close' },
        auth: `admin:${password}`,
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part) => {
          text += part;
        });
        answer.on('end', () => resolve({ status: answer.statusCode, body: JSON.parse(text) }));
      },
    );
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const heard = [];
function listen(type) {
  const socket = createSocket({ type, reuseAddr: true });
  socket.on('message', (text) => heard.push(String(text)));
  return new Promise((resolve) => {
    socket.bind(1900, type === 'udp4' ? groups.udp4 : '::', () => {
      socket.addMembership(
        type === 'udp4' ? groups.udp4 : 'ff02::c',
        type === 'udp4' ? '192.0.2.6' : '::%peer0',
      );
      resolve(socket);
    });
  });
}

/** Answers that come to `count` searches within `patience` milliseconds. */
async function search(type, lines, { patience = 700, count = 1 } = {}) {
  const socket = createSocket(type);
  const answers = [];
  socket.on('message', (text, from) => answers.push({ text: String(text), from: from.address }));
  await new Promise((resolve) => socket.bind(0, resolve));
  if (type === 'udp4') socket.setMulticastInterface('192.0.2.6');
  for (let sent = 0; sent < count; sent++) socket.send(`${lines.join('\r\n')}\r\n\r\n`, 1900, groups[type]);
  await sleep(patience);
  socket.close();
  return answers;
}

const question = (st, { man = '"ssdp:discover"', mx = '0' } = {}) => [
  ...['M-SEARCH * HTTP/1.1', 'HOST: 239.255.255.250:1900', `MAN: ${man}`, `MX: ${mx}`, `ST: ${st}`],
];

async function until(found, patience = 10_000) {
  for (const end = performance.now() + patience; performance.now() < end; ) {
    if (found()) return true;
    await sleep(20);
  }
  return false;
}

/** Asks by multicast DNS for services of our type; the text of the answers. */
async function browse(patience) {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  let said = '';
  socket.on('message', (packet, from) => {
    if (from.address === host && (packet[2] & 0x80) !== 0) said += packet.toString('latin1');
  });
  await new Promise((resolve) => socket.bind(5353, resolve));
  socket.addMembership('224.0.0.251', '192.0.2.6');
  socket.setMulticastInterface('192.0.2.6');
  const name = ['_redfish', '_tcp', 'local']
    .map((label) => String.fromCharCode(label.length) + label)
    .join('');
  // A header with one question, the name, and PTR of class IN.
  const query = Buffer.from(`\0\0\0\0\0\x01\0\0\0\0\0\0${name}\0\0\x0c\0\x01`, 'latin1');
  const end = performance.now() + patience;
  while (performance.now() < end && !said.includes('/redfish/v1/')) {
    socket.send(query, 5353, '224.0.0.251');
    await sleep(250);
  }
  socket.close();
  return said;
}

const met = {};
const ears = await Promise.all([listen('udp4'), listen('udp6')]);
const root = await send('GET', '/redfish/v1/');
met.uuid = root.body.UUID;
met.version = root.body.RedfishVersion;
met.before = await search('udp4', question(target));
const on = await send('PATCH', protocol, {
  SSDP: { ProtocolEnabled: true, NotifyMulticastIntervalSeconds: 1 },
});
met.on = on.status;
await until(() => heard.filter((text) => text.includes('ssdp:alive')).length >= 4);
met.alive = [...heard];
met.redfish = await search('udp4', question(target));
met.all = await search('udp4', question('ssdp:all'));
met.ipv6 = await search('udp6', question(target));
await sleep(3000);
met.other = await search('udp4', question('upnp:rootdevice'));
met.unasked = await search('udp4', question(target, { man: '"ssdp:other"' }));
met.malformed = await search('udp4', ['NOTIFY * HTTP/1.1', `ST: ${target}`]);
met.flood = (await search('udp4', question(target), { count: 200 })).length;
met.moved = (await send('PATCH', protocol, { HTTPS: { Port: 9443 } })).status;
port = 9443;
await sleep(3000);
met.elsewhere = await search('udp4', question(target));
heard.length = 0;
met.off = (await send('PATCH', protocol, { SSDP: { ProtocolEnabled: false } })).status;
met.silent = await search('udp4', question(target, { mx: '1' }), { patience: 1500 });
met.byebye = heard.filter((text) => text.includes('ssdp:byebye'));
met.dnsSdBefore = await browse(500);
await send('PATCH', protocol, { mDNS: { ProtocolEnabled: true } });
met.dnsSd = await browse(10_000);
await send('PATCH', protocol, { mDNS: { ProtocolEnabled: false } });
met.dnsSdAfter = await browse(1000);
for (const ear of ears) ear.close();
process.stdout.write(JSON.stringify(met));
