import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/cli/command.ts';
import { serveOptions } from '../../../src/cli/serve/options.ts';
import { redfishd } from '../../support/command.ts';
import { temporary } from '../../support/temporary.ts';

const configured = (text: string): string => {
  const file = join(temporary(), 'redfishd.yaml');
  writeFileSync(file, text);
  return file;
};

describe('the options of redfishd serve', () => {
  it('serve everyone on a board, and only this machine on a twin', async () => {
    expect(await serveOptions({ platform: 'x.yaml' })).toMatchObject({
      twin: false,
      host: '::',
      port: 443,
      logLevel: 'info',
    });
    expect(await serveOptions({ platform: 'x.yaml', twin: true })).toMatchObject({
      host: '127.0.0.1',
      port: 8443,
      logLevel: 'warn',
    });
  });

  it('come from the configuration file where the command line has none', async () => {
    const config = configured(
      'platform: a.yaml\nlisten: ":8080"\nlogLevel: debug\nconnections: 5\nhttp2: true\neventDestinations: a.example, b.example\n',
    );
    const found = await serveOptions({ config, platform: 'b.yaml' });
    expect(found).toMatchObject({
      platform: 'b.yaml',
      host: '::',
      port: 8080,
      logLevel: 'debug',
      limits: { connections: 5 },
      http2: true,
      eventDestinations: ['a.example', 'b.example'],
    });
  });

  it.each([
    ['colour: red', '"colour" is not a setting; the settings are platform, twin'],
    ['connections: -1', 'connections must not be negative'],
    ['connections: many', 'connections must be a number'],
    ['- a', 'must consist of keys and values'],
    ['listen: "here"', '"here" is not an address to listen on'],
    ['logLevel: loud', 'log level "loud" is none of trace'],
    ['corsOrigins: "ui.example"', '"ui.example" is not the origin of a web page'],
  ])('are refused where the file has %j', async (text, message) => {
    const config = configured(text);
    const refused = serveOptions({ config, platform: 'x.yaml' });
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(message);
  });

  it('are refused by the command on standard error, with status 2', async () => {
    expect(await redfishd(['serve'])).toMatchObject({
      status: 2,
      out: '',
      err: expect.stringContaining('--platform FILE is required'),
    });
    expect(await redfishd(['serve', '--config', '/nowhere.yaml'])).toMatchObject({
      status: 2,
      err: expect.stringContaining('/nowhere.yaml cannot be read'),
    });
  });
});
