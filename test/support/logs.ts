/** Logs as a client reads them. */
import { at, type Client } from './client.ts';

export interface LogEntry {
  readonly '@odata.id': string;
  readonly MessageId: string;
  readonly Message: string;
  readonly Severity: string;
  readonly Resolved: boolean;
  readonly Username?: string;
  readonly OriginAddress?: string;
  readonly Links?: { readonly OriginOfCondition: { readonly '@odata.id': string } };
}

/** Every entry of a log, oldest first, by the URI of its service or its short name. */
export async function logEntries(client: Client, log: string): Promise<LogEntry[]> {
  const service = log.startsWith('/') ? log : `/redfish/v1/Managers/bmc/LogServices/${log}`;
  const entries: LogEntry[] = [];
  for (let uri: unknown = `${service}/Entries`; typeof uri === 'string'; ) {
    const { body } = await client.get(uri);
    entries.push(...(at(body, '/Members') as LogEntry[]));
    uri = at(body, '/Members@odata.nextLink');
  }
  return entries;
}

/** `ReadingAboveUpperCriticalThreshold` of an entry. */
export const keyOf = ({ MessageId }: LogEntry): string => MessageId.split('.').at(-1) ?? '';

/** What an entry points at. */
export const originOf = ({ Links }: LogEntry): string | undefined => Links?.OriginOfCondition['@odata.id'];
