/** Debian's rsyslogd as a receiver: a process of its own with a configuration of its own, on loopback. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Issued } from './authority.ts';
import { until } from './until.ts';

/** What it made of a message. */
export interface Received {
  readonly input: string;
  readonly priority: string;
  readonly time: string;
  readonly host: string;
  readonly app: string;
  readonly messageId: string;
  readonly text: string;
}

export interface Rsyslog {
  readonly ports: Readonly<Record<'udp' | 'tcp' | 'tls' | 'relp', number>>;
  received(): Received[];
  /** Ends it, and waits until it is gone. */
  stop(): Promise<void>;
  /** Begins again on the same ports. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Why it cannot be run here, said aloud; a machine that tests for everybody has no excuse. */
export function noRsyslog(): string | undefined {
  const { error, status } = spawnSync('rsyslogd', ['-v']);
  if (error === undefined && status === 0) return undefined;
  const reason = 'rsyslogd is not installed (Debian: rsyslog, rsyslog-openssl, rsyslog-relp)';
  if (process.env.CI !== undefined) return undefined;
  process.stderr.write(`\nSKIPPED: lines of syslog are judged by nobody: ${reason}\n`);
  return reason;
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { readonly port: number };
      server.close(() => resolve(port));
    });
  });

/** @param tls what it shows to those who come over TLS, and the authority's certificate */
export async function startRsyslog(tls: Issued, authority: string): Promise<Rsyslog> {
  const folder = mkdtempSync(join(tmpdir(), 'redfishd-rsyslog-'));
  const file = (name: string, text = ''): string => {
    const path = join(folder, name);
    if (text !== '') writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const [udp, tcp, tlsPort, relp] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const ports = { udp, tcp, tls: tlsPort, relp };
  const output = file('messages');
  const field = (name: string, property: string) =>
    `property(outname="${name}" name="${property}" format="jsonf")`;
  const fields = [
    ...[field('input', 'inputname'), field('priority', 'pri'), field('host', 'hostname')],
    ...[field('app', 'app-name'), field('messageId', 'msgid'), field('text', 'msg')],
    'property(outname="time" name="timereported" format="jsonf" dateFormat="rfc3339")',
  ];
  const configuration = file(
    'rsyslog.conf',
    `global(workDirectory="${folder}" parser.escapeControlCharactersOnReceive="off"
  defaultNetstreamDriverCAFile="${file('ca.pem', authority)}"
  defaultNetstreamDriverCertFile="${file('cert.pem', tls.cert)}"
  defaultNetstreamDriverKeyFile="${file('key.pem', tls.key)}")
module(load="imudp") module(load="imtcp") module(load="imrelp")
template(name="json" type="list" option.jsonf="on") { ${fields.join(' ')} }
input(type="imudp" name="udp" address="127.0.0.1" port="${udp}")
input(type="imtcp" name="tcp" address="127.0.0.1" port="${tcp}" maxSessions="500")
input(type="imtcp" name="tls" address="127.0.0.1" port="${tlsPort}" streamDriver.name="ossl" streamDriver.mode="1"
  streamDriver.authMode="anon")
input(type="imrelp" name="relp" address="127.0.0.1" port="${relp}")
action(type="omfile" file="${output}" template="json" flushOnTXEnd="on" asyncWriting="off")
`,
  );
  let child: ChildProcess | undefined;
  let said = '';
  const start = async () => {
    const words = ['-n', '-f', configuration, '-i', file('pid')];
    const started = spawn('rsyslogd', words, { stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    for (const pipe of [started.stdout, started.stderr])
      pipe.on('data', (part: Buffer) => {
        said += part.toString();
      });
    const wanted = [udp, tcp, tlsPort, relp].map((port) =>
      `:${port.toString(16).padStart(4, '0')} `.toUpperCase(),
    );
    await until(
      () => `rsyslogd to listen: ${said}`,
      () => {
        const open = ['tcp', 'udp'].map((kind) => readFileSync(`/proc/net/${kind}`, 'utf8')).join('');
        return wanted.every((each) => open.includes(each));
      },
    );
  };
  const stop = async () => {
    const running = child;
    if (running === undefined) return;
    child = undefined;
    const ended = new Promise((resolve) => running.once('close', resolve));
    running.kill();
    await ended;
  };
  await start();
  return {
    ...{ ports, start, stop },
    received: () =>
      !existsSync(output)
        ? []
        : readFileSync(output, 'utf8')
            .split('\n')
            .slice(0, -1)
            .map((line) => JSON.parse(line) as Received),
    close: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
