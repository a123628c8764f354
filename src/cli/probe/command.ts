/** `redfishd probe`: checks a descriptor against the hardware of this machine. */
import type { Hardware } from '../../../drivers/hardware.ts';
import type { Platform } from '../../platform/vocabulary/index.ts';
import { command } from '../command.ts';

export const probe = command({
  name: 'probe',
  summary: 'check a descriptor against the hardware of this machine',
  description: `Checks a descriptor against the hardware. It reports

  - chips: present, and their identity
  - inventories (FRU): contents
  - lines (GPIO): free, or the process that holds each
  - buses: measured time of a round over all sensors, and the time that the bus clock allows
  - nodes and satellites: login, identity, and the number of sensors that are read

Stop the daemon first: it holds the lines and the buses. Nothing is written to a device, except to select registers,
pages and mux channels for reading. Inputs are requested and released; outputs are not touched.

The exit status is 0 when everything responds or may be absent, 1 when something does not, 2 for wrong use.
`,
  options: {
    platform: {
      type: 'string',
      value: 'FILE',
      summary: 'descriptor of the board',
      required: 'platform/tiogapass.yaml',
    },
    twin: { type: 'boolean', summary: 'probe a simulation of the board' },
    json: { type: 'boolean', summary: 'print the report as JSON' },
  },
  async run({ platform: file = '', twin, json }, io) {
    const { loadPlatform } = await import('../../platform/load.ts');
    const { probe } = await import('../../probe/probe.ts');
    const { reportText } = await import('./print.ts');
    const platform = loadPlatform(file);
    const hardware = await open(platform, twin === true);
    try {
      const report = await probe(platform, hardware);
      io.out(json === true ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
      return report.ok ? 0 : 1;
    } finally {
      await hardware.close();
    }
  },
});

async function open(platform: Platform, isTwin: boolean): Promise<Hardware> {
  if (isTwin) return (await import('../../twin/twin.ts')).createTwin(platform);
  return (await import('../../../drivers/linux.ts')).linuxHardware();
}
