/** The addresses at which the service can be reached. */
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

export interface ServedAddress {
  /** Name of the interface. */
  readonly name: string;
  readonly family: 'IPv4' | 'IPv6';
  readonly address: string;
  /** IPv6 link-local. */
  readonly linkLocal: boolean;
}

/**
 * Returns the addresses of a listener on `host`. Loopback addresses are included only when the listener names one, or when
 * there are no others.
 */
export function servedAddresses(
  host: string,
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): ServedAddress[] {
  const all = Object.entries(interfaces).flatMap(([name, infos]) =>
    (infos ?? []).map((info) => ({
      name,
      address: info.address,
      internal: info.internal,
      family: info.family === 'IPv6' ? ('IPv6' as const) : ('IPv4' as const),
      linkLocal: info.family === 'IPv6' && info.scopeid !== 0,
    })),
  );
  const any = host === '::' || host === '0.0.0.0';
  const served = all.filter(({ family, address }) =>
    any ? host === '::' || family === 'IPv4' : address === host.replace(/%.*$/, ''),
  );
  const outside = served.filter(({ internal }) => !internal);
  return any && outside.length > 0 ? outside : served;
}

/** Returns the URL of the service root at an address. */
export function serviceUrl(address: string, port: number): string {
  const host = address.includes(':') ? `[${address.replace(/%.*$/, '')}]` : address;
  return `https://${host}${port === 443 ? '' : `:${port}`}/redfish/v1/`;
}
