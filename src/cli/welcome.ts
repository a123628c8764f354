/** What the daemon says once it listens: how to log in, and what to try. */
import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import type { Platform } from '../platform/schema.ts';
import { passwordFile } from './serve.ts';

export function welcome(platform: Platform, address: AddressInfo, state: string, userName: string): string {
  const any = address.address === '::' || address.address === '0.0.0.0';
  const host = any ? 'localhost' : address.family === 'IPv6' ? `[${address.address}]` : address.address;
  const url = `https://${host}:${address.port}`;
  const file = passwordFile(state);
  const kept = existsSync(file);
  const password = kept ? readFileSync(file, 'utf8').trim() : undefined;
  const curl = `curl -sk -u '${userName}:${password ?? 'PASSWORD'}'`;
  const chassis = platform.chassis[0]?.id ?? 'chassis';
  const system = platform.hosts?.[0]?.id;
  const lines = [
    `redfishd serves ${platform.name} at ${url}/redfish/v1/`,
    // On a board standard output goes to a log, where a password has no business.
    kept && process.stdout.isTTY !== true && !isTwin(state)
      ? `password of ${userName}: in ${file}`
      : undefined,
    kept && (process.stdout.isTTY === true || isTwin(state))
      ? `user ${userName}, password ${password}`
      : undefined,
    '',
    'Try next:',
    `  ${curl} '${url}/redfish/v1/Chassis/${chassis}/Sensors?$expand=.&$select=Name,Reading,ReadingUnits'`,
    system === undefined
      ? undefined
      : `  ${curl} -H 'Content-Type: application/json' -d '{"ResetType":"On"}' ${url}/redfish/v1/Systems/${system}/Actions/ComputerSystem.Reset`,
    `  ${curl} ${url}/redfish/v1/Managers/${platform.manager.id}/LogServices/EventLog/Entries`,
    '',
  ];
  return `${lines.filter((line) => line !== undefined).join('\n')}\n`;
}
