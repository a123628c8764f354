/** DMTF's Redfish Service Validator on every board that is shipped: nothing fails, and warnings are only those demanded. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { besideDaemon, filled, obstacle, password, shared } from './lane.ts';

const tool = 'rf_service_validator';
const reason = obstacle(tool);

/** OCP's profiles demand these although the schemas call them deprecated. */
const demanded = [
  // The slots as the host names them, which tools read: an empty PCIeDevice has no place for the width of its slot.
  /^\/PCIeSlots .*Deprecated Property/,
  /^\/IndicatorLED .*Deprecated Property/,
  /^\/(Power|Thermal) .*Deprecated Property/,
  // MessageRegistry.v1_7_0 calls this one deprecated and required at once.
  /^\/Messages\/\w+\/Severity .*Deprecated Property/,
  /^\/@odata\.id \(\/redfish\/v1\/Chassis\/[^/]+\/(Power|Thermal)\): Deprecated URI/,
];

describe.skipIf(reason !== undefined)('the Service Validator', () => {
  it.concurrent.each([
    // The longest goes first, so that it does not end alone.
    ['platform/yosemite-v2.yaml', 'Session'],
    ['platform/tiogapass.yaml', 'Basic'],
    ['platform/tiogapass.yaml', 'Session'],
    ['platform/twinblade.yaml', 'Session'],
    ['platform/bletchley.yaml', 'Session'],
    ['platform/lan-chassis.yaml', 'Session'],
  ])('finds no fault in %s with %s login', async (platform, authentication) => {
    const run = await besideDaemon(platform, '127.0.0.1:8443', [
      ...filled('https://127.0.0.1:8443'),
      ...[tool, '-r', 'https://127.0.0.1:8443', '-u', 'admin', '-p', password, '--authtype', authentication],
      ...[
        '--logdir',
        'REPORTS',
        '--schema_directory',
        join(shared, 'redfish/csdl'),
        '--skipschema',
        '--timeout',
        '30',
      ],
    ]);
    const counts = /\|\s+(\d+)\s+\|\s+(\d+)\s+\|\s+(\d+)\s+\|\s+(\d+)\s+\|/.exec(run.output);
    const [pass, warn, fail] = (counts ?? []).slice(1).map(Number);
    const said = findings(run.reports);
    process.stdout.write(
      `Service Validator, ${platform}, ${authentication}: PASS ${pass}, WARN ${warn}, FAIL ${fail}\n`,
    );
    expect(said.filter((line) => line.startsWith('FAIL'))).toEqual([]);
    expect(fail, run.output.slice(-2000)).toBe(0);
    expect(pass).toBeGreaterThan(1000);
    const warnings = said
      .filter((line) => line.startsWith('WARN'))
      .map((line) => line.slice('WARN - '.length));
    expect(warnings.filter((line) => !demanded.some((pattern) => pattern.test(line)))).toEqual([]);
  });
});

/** `FAIL - …` and `WARN - …` of the debug log. */
function findings(folder: string): string[] {
  const logs = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /Debug.*\.log$/.test(name),
  );
  return logs.flatMap((name) =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .flatMap((line) => /redfish - (?:ERROR|WARNING) - ((?:FAIL|WARN) - .*)$/.exec(line)?.[1] ?? []),
  );
}
