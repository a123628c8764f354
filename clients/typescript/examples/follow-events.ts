/** Prints events as they happen, also over restarts of the service: `node follow-events.js URL`; stop with Ctrl-C. */
import { connect, idOf } from '@redfishd/client';

const [url = '', user = 'admin', password = process.env.BMC_PASSWORD ?? '', count = '0'] =
  process.argv.slice(2);
const bmc = await connect(url, { credentials: { user, password }, tls: { trust: 'first-use' } });
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
let seen = 0;
process.stdout.write('following\n');
for await (const event of bmc.events({ signal: stop.signal })) {
  process.stdout.write(
    `${event.EventTimestamp} ${event.MessageId} ${idOf(event.OriginOfCondition) ?? ''} ${event.Message ?? ''}\n`,
  );
  seen += 1;
  if (seen === Number(count)) break;
}
await bmc.close();
