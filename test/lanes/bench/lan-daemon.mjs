// The daemon with nodes that are reached over the network in truth; all else is a twin that has nothing on it.
import pino from 'pino';
import { linuxIpmi } from '../../../dist/drivers/ipmi/linux.js';
import { pinoLogger } from '../../../dist/src/base/logger.js';
import { startDaemon } from '../../../dist/src/daemon/index.js';
import { twinSite } from '../../../dist/src/daemon/site.js';
import { loadPlatform } from '../../../dist/src/platform/load.js';
import { createTwin } from '../../../dist/src/twin/twin.js';

const [file, state, port, userName, password] = process.argv.slice(2);
const platform = loadPlatform(file);
const { id, name, manager, chassis } = platform;
const { i2c, gpio, hwmon, serial, postCodes, leds, watchdogs, close } = createTwin({
  ...{ id, name, manager, chassis },
});
const daemon = await startDaemon({
  ...{ platform, state, host: '127.0.0.1', port: Number(port), version: '0.0.0', site: twinSite() },
  hardware: { i2c, gpio, hwmon, serial, postCodes, leds, watchdogs, ipmi: linuxIpmi(), close },
  limits: { requestsPerSecond: 0 },
  administrator: { userName, password },
  mainsRestored: false,
  log: pinoLogger(pino({ level: 'info' }, pino.destination(2))),
});
process.once('SIGTERM', () => daemon.stop().then(() => process.exit()));
