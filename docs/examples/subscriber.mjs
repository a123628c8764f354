/**
 * Follows the event stream of a Redfish service and resumes where it was after a loss of connection.
 *
 *   REDFISH_URL=https://127.0.0.1:8443 REDFISH_USER=admin REDFISH_PASSWORD=… node subscriber.mjs
 *
 * NODE_EXTRA_CA_CERTS=FILE names the certificate of the service when it is self-signed.
 */
import { request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

const { REDFISH_URL = 'https://127.0.0.1:8443', REDFISH_USER = 'admin', REDFISH_PASSWORD = '' } = process.env;
let lastEventId;

/** Reads one connection to its end; prints each event as one line. */
async function follow() {
  const headers = {
    Accept: 'text/event-stream',
    Authorization: `Basic ${Buffer.from(`${REDFISH_USER}:${REDFISH_PASSWORD}`).toString('base64')}`,
    ...(lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId }),
  };
  const response = await new Promise((resolve, reject) => {
    request(new URL('/redfish/v1/EventService/SSE', REDFISH_URL), { headers }, resolve)
      .on('error', reject)
      .end();
  });
  if (response.statusCode !== 200) throw new Error(`the service answered ${response.statusCode}`);
  let rest = '';
  for await (const chunk of response.setEncoding('utf8')) {
    const blocks = (rest + chunk).split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? '';
    for (const block of blocks) print(block);
  }
}

function print(block) {
  const fields = block.split(/\r?\n/).map((line) => /^(id|data): ?(.*)$/.exec(line));
  const data = fields.flatMap((field) => (field?.[1] === 'data' ? [field[2]] : [])).join('\n');
  lastEventId = fields.find((field) => field?.[1] === 'id')?.[2] ?? lastEventId;
  if (data === '') return;
  for (const event of JSON.parse(data).Events ?? []) {
    process.stdout.write(
      `${event.EventTimestamp} ${event.MessageSeverity} ${event.MessageId} ${event.Message}\n`,
    );
  }
}

for (;;) {
  await follow().catch((error) => process.stderr.write(`${error.message}\n`));
  await sleep(2000);
}
