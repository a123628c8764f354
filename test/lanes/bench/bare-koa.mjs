// The measure of what HTTP costs by itself: Koa over TLS that answers everything with the one text it is given.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import Koa from 'koa';

const [certFile = '', keyFile = '', bodyFile = ''] = process.argv.slice(2);
const body = readFileSync(bodyFile, 'utf8');
const app = new Koa();
app.use((ctx) => {
  ctx.type = 'application/json; charset=utf-8';
  ctx.body = body;
});
const server = createServer(
  { cert: readFileSync(certFile), key: readFileSync(keyFile), noDelay: true },
  app.callback(),
);
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
