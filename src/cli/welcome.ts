/** What the daemon says once it listens: how to log in, and what to try. */
import type { AddressInfo } from 'node:net';
import type { Platform } from '../platform/vocabulary/index.ts';

export interface Login {
  readonly userName: string;
  /** Null when it is not known here, or must not be shown. */
  readonly password: string | null;
  /** File that holds the password; null when it has been changed, or was given. */
  readonly file: string | null;
}

export function welcome(platform: Platform, address: AddressInfo, login: Login): string {
  const any = address.address === '::' || address.address === '0.0.0.0';
  const host = any ? 'localhost' : address.family === 'IPv6' ? `[${address.address}]` : address.address;
  const url = `https://${host}:${address.port}`;
  const { userName, file } = login;
  const secret = login.password ?? (file === null ? 'PASSWORD' : `'"$(cat ${file})"'`);
  const curl = `curl -sk -u '${userName}:${secret}'`;
  const chassis = platform.chassis[0]?.id ?? 'chassis';
  const system = platform.hosts?.[0]?.id;
  const lines = [
    `redfishd serves ${platform.name} at ${url}/redfish/v1/`,
    login.password === null ? `user ${userName}` : `user ${userName}, password ${login.password}`,
    ...(file === null ? [] : [`the password is kept in ${file} until it is changed`]),
    '',
    'Try next:',
    '  # all sensors',
    `  ${curl} '${url}/redfish/v1/Chassis/${chassis}/Sensors?$expand=.&$select=Name,Reading,ReadingUnits'`,
    ...(system === undefined
      ? []
      : [
          '  # power the host on',
          `  ${curl} -H 'Content-Type: application/json' -d '{"ResetType":"On"}' '${url}/redfish/v1/Systems/${system}/Actions/ComputerSystem.Reset'`,
        ]),
    '  # the log',
    `  ${curl} '${url}/redfish/v1/Managers/${platform.manager.id}/LogServices/EventLog/Entries'`,
    '',
  ];
  return `${lines.join('\n')}\n`;
}
