/** The text that is printed once the daemon listens: how to log in, and which requests to try. */
import type { AddressInfo } from 'node:net';
import type { Platform } from '../../platform/vocabulary/index.ts';

export interface Login {
  readonly userName: string;
  /** Null when it is unknown, or must not be shown. */
  readonly password: string | null;
  /** File with the generated password; null when the password was given, or has been changed. */
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
    ...(file === null ? [] : [`${file} keeps the password until it is changed`]),
    '',
    'Try next:',
    '  # list all sensors',
    `  ${curl} '${url}/redfish/v1/Chassis/${chassis}/Sensors?$expand=.&$select=Name,Reading,ReadingUnits'`,
    ...(system === undefined
      ? []
      : [
          '  # switch the host on',
          `  ${curl} -H 'Content-Type: application/json' -d '{"ResetType":"On"}' '${url}/redfish/v1/Systems/${system}/Actions/ComputerSystem.Reset'`,
        ]),
    '  # the event log',
    `  ${curl} '${url}/redfish/v1/Managers/${platform.manager.id}/LogServices/EventLog/Entries'`,
    '',
  ];
  return `${lines.join('\n')}\n`;
}
