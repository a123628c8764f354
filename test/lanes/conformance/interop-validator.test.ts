/** DMTF's Redfish Interop Validator with the profiles of the Open Compute Project, on the twin of a real OCP server. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { besideDaemon, obstacle, password, shared } from './lane.ts';

const tool = 'rf_interop_validator';
const reason = obstacle(tool);

/** The profile demands that links be writable, which no schema allows. */
const artefact = [/^Chassis\/PowerSubsystem \(Write\):/, /^Chassis\/ThermalSubsystem \(Write\):/];
/** It demands of a ComputerSystem's console what only that of a Manager ever had, and no schema has any more. */
const consoles = [/^ComputerSystem\/(SerialConsole|ConnectTypesSupported)/];

const profiles: readonly (readonly [string, readonly RegExp[]])[] = [
  ['OCPBaselineHardwareManagement.v1_1_1', artefact],
  ['OCPServerHardwareManagement.v1_1_0', [...artefact, ...consoles]],
  ['OCPServiceBaseline.v1_0_0', []],
];

/** A single server, and a sled of four behind bridge ICs. */
const boards = ['tiogapass', 'yosemite-v2'];

describe.skipIf(reason !== undefined).each(boards)('the Interop Validator on %s', (board) => {
  it.each(profiles)('finds %s fulfilled', async (profile, allowed) => {
    const folder = join(mkdtempSync(join(tmpdir(), 'redfishd-profiles-')), 'profiles');
    cpSync(join(shared, 'redfish/profiles'), folder, { recursive: true });
    // The server profile asks for exactly this version of the baseline, which was only published as 1.1.1.
    cpSync(
      join(folder, 'OCPBaselineHardwareManagement.v1_1_1.json'),
      join(folder, 'OCPBaselineHardwareManagement.v1_1_0.json'),
    );
    const run = await besideDaemon(`platform/${board}.yaml`, '127.0.0.1:8443', [
      ...[tool, '-r', 'https://127.0.0.1:8443', '-u', 'admin', '-p', password, '--authtype', 'Session'],
      ...['--logdir', 'REPORTS', join(folder, `${profile}.json`)],
    ]);
    const counts = /\|\s+(\d+)\s+\|\s+(\d+)\s+\|\s+(\d+)\s+\|\s+(\d+)\s+\|/.exec(run.output);
    const [pass, warn, fail, untested] = (counts ?? []).slice(1).map(Number);
    process.stdout.write(
      `Interop Validator, ${board}, ${profile}: PASS ${pass}, WARN ${warn}, FAIL ${fail}, not tested ${untested}\n`,
    );
    const failures = failedRows(run.reports);
    expect(failures).toHaveLength(fail ?? -1);
    expect(failures.filter((row) => !allowed.some((pattern) => pattern.test(row)))).toEqual([]);
    expect(pass).toBeGreaterThan(80);
  });
});

/** Rows of the report that failed: schema, property if it is about one, and why. Only the spreadsheet has all of them. */
function failedRows(folder: string): string[] {
  const report = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((name) =>
    name.endsWith('.xlsx'),
  );
  const script = `
import openpyxl, sys
book = openpyxl.load_workbook(sys.argv[1])
for row in book['Resources'].iter_rows(values_only=True):
    if row[2] == 'FAIL':
        print(str(row[1]) + ': ' + str(row[3]))
for row in book['Results'].iter_rows(values_only=True):
    if row[7] == 'FAIL':
        print(str(row[4]).split(' ')[0] + '/' + str(row[5]) + ': ' + str(row[8]))
`;
  // The interpreter that the validator was installed for has what reads its report.
  const python =
    process.env.REDFISHD_VALIDATORS === undefined
      ? 'python3'
      : join(process.env.REDFISHD_VALIDATORS, 'python');
  const run = spawnSync(python, ['-c', script, join(folder, report ?? '')], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout.split('\n').filter((line) => line !== '');
}
