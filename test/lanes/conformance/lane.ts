/** Runs DMTF's validators beside the daemon, and says loudly where that is not possible. */
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

const project = resolve(import.meta.dirname, '../../..');
export const shared = resolve(project, process.env.REDFISHD_SHARED ?? '../shared');
export const password = 'Quaint-Marmot-57-plinth';

const path = [process.env.REDFISHD_VALIDATORS, process.env.PATH].filter(Boolean).join(delimiter);

/** Why a tool cannot be run here, or undefined when it can. A machine that tests for everybody has no excuse. */
export function obstacle(tool: string): string | undefined {
  const missing = [
    existsSync(join(shared, 'redfish'))
      ? undefined
      : `${shared}/redfish is not there (REDFISHD_SHARED names it)`,
    works('command', ['-v', tool])
      ? undefined
      : `${tool} is not installed (REDFISHD_VALIDATORS names its folder)`,
    works('unshare', ['-n', 'true']) ? undefined : 'no private network namespace can be made (unshare -n)',
  ].filter((each) => each !== undefined);
  const [reason] = missing;
  if (reason !== undefined && process.env.CI === undefined) {
    process.stderr.write(`\nSKIPPED: ${tool} does not run: ${missing.join('; ')}\n`);
    return reason;
  }
  return undefined;
}

function works(command: string, args: readonly string[]): boolean {
  return (
    spawnSync(command, args, { shell: command === 'command', env: { ...process.env, PATH: path } }).status ===
    0
  );
}

/** Where a package of the validators' Python is. @throws Error */
export function pythonFolder(name: string): string {
  const command = `import ${name}; print(${name}.__path__[0])`;
  const run = spawnSync('python3', ['-c', command], {
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout.trim();
}

/** The beginning of a command line: what comes after it runs when there is something of what clients make. */
export const filled = (url: string): string[] => [
  ...['bash', '-c', `bash ${join(import.meta.dirname, 'fill.sh')} ${url} ${password} && exec "$@"`, 'bash'],
];

export interface Run {
  readonly status: number | null;
  readonly output: string;
  /** Folder for the tool's reports. */
  readonly reports: string;
}

/**
 * Starts the daemon on the twin of `platform` in a namespace of its own and runs `command` there; `REPORTS` in it is
 * replaced. Several may run at once.
 * @param serveWords more of the daemon's command line
 */
export function besideDaemon(
  platform: string,
  listen: string,
  command: readonly string[],
  serveWords = '',
): Promise<Run> {
  const dir = mkdtempSync(join(tmpdir(), 'redfishd-conformance-'));
  const reports = join(dir, 'reports');
  mkdirSync(reports);
  mkdirSync(join(dir, 'state'), { mode: 0o700 });
  writeFileSync(join(dir, 'password'), `${password}\n`);
  const words = command.map((word) => word.replace('REPORTS', reports));
  const script = join(import.meta.dirname, 'namespace.sh');
  const env = {
    ...process.env,
    PATH: path,
    REDFISHD_ADMIN_PASSWORD_FILE: join(dir, 'password'),
    REDFISHD_SERVE_WORDS: serveWords,
  };
  const options = { cwd: project, maxBuffer: 64 * 1024 * 1024, env };
  return new Promise((resolve) => {
    const run = execFile(
      'bash',
      [script, join(dir, 'state'), listen, platform, ...words],
      options,
      (_error, stdout, stderr) => resolve({ status: run.exitCode, output: `${stdout}${stderr}`, reports }),
    );
  });
}
