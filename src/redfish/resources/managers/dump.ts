/** Diagnostic data of the manager: a log whose entries are archives. */

import type { Part } from '../../../diagnostics/archives.ts';
import { diagnosticSections, type Section } from '../../../diagnostics/parts.ts';
import { message, RedfishError } from '../../../messages/messages.ts';
import type { TaskHandle } from '../../../tasks/task.ts';
import { collection, resource } from '../../app.ts';
import type { LogEntryBody, LogServiceBody } from '../../generated/types.ts';
import { enabled, link, localOffset, now } from '../../mapping/common.ts';
import { accepted } from '../tasks/tasks.ts';
import { managerAt } from './managers.ts';

const uri = '/redfish/v1/Managers/{ManagerId}/LogServices/Dump';
export const dumpId = 'Dump';
/** Milliseconds; a weak core compresses slowly. */
const timeout = 10 * 60_000;

/** Route of the download of an archive. */
export const attachmentPath = '/redfish/v1/Managers/:ManagerId/LogServices/Dump/Entries/:EntryId/attachment';

export const dump = resource({
  uri,
  schema: 'LogService',
  live: true,
  find: (app, params) => (managerAt(app, params) === undefined ? undefined : app),
  body: (app, { uri: at }): LogServiceBody => ({
    Id: dumpId,
    Name: 'Diagnostic data',
    ServiceEnabled: true,
    LogEntryType: 'Event',
    LogPurposes: ['Diagnostic'],
    MaxNumberOfRecords: 4,
    OverWritePolicy: 'WrapsWhenFull',
    DateTime: now(app.clock),
    DateTimeLocalOffset: localOffset(app.clock),
    Entries: link(`${at}/Entries`),
    Status: enabled,
  }),
  actions: {
    'LogService.CollectDiagnosticData': {
      parameters: { DiagnosticDataType: { type: 'String', required: true, allowable: () => ['Manager'] } },
      run: async (app, { DiagnosticDataType }, context) => {
        if (app.archives.isBusy) throw new RedfishError([message('Base.ResourceInUse', [])], 409);
        return accepted(context, {
          ...{ name: 'Collection of diagnostic data', action: 'LogService.CollectDiagnosticData', timeout },
          body: { DiagnosticDataType: DiagnosticDataType ?? null },
          run: async (task) => {
            const { board, journal, settings, version } = app;
            const sections = diagnosticSections({ board, journal, settings, version });
            try {
              const { id } = await app.archives.make(collected(sections, task), task.signal);
              return { status: 201, headers: { Location: `${context.uri}/Entries/${id}` }, body: null };
            } catch (error) {
              if ((error as NodeJS.ErrnoException).code === 'ENOSPC')
                throw new RedfishError([message('Base.InsufficientStorage', [])], 507);
              throw error;
            }
          },
        });
      },
    },
    'LogService.ClearLog': {
      parameters: {},
      run: async (app) => {
        for (const { id } of app.archives.list()) app.archives.remove(id);
        return undefined;
      },
    },
  },
});

/** The files of all sections; one that cannot be had holds up no other, and a file says which those were. */
async function* collected(sections: readonly Section[], { parts, signal }: TaskHandle): AsyncIterable<Part> {
  const handles = parts(sections.map(({ name }) => name));
  const missing: string[] = [];
  for (const [at, { name, files }] of sections.entries()) {
    handles[at]?.begin();
    try {
      yield* files(signal);
      handles[at]?.end();
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      handles[at]?.end(error);
      missing.push(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  if (missing.length > 0) yield { name: 'missing.txt', text: missing.join('') };
}

export const dumpEntry = resource({
  uri: `${uri}/Entries/{LogEntryId}`,
  schema: 'LogEntry',
  live: true,
  ids: (app) => app.archives.list().map(({ id }) => id),
  find: (app, params) =>
    managerAt(app, params) === undefined ? undefined : app.archives.get(params.LogEntryId),
  body: ({ id, size, made }, { uri: at }): LogEntryBody => ({
    Name: `Diagnostic data ${id}`,
    EntryType: 'Event',
    Created: made.toISOString(),
    Severity: 'OK',
    Message: 'Diagnostic data of the manager, a compressed tar archive',
    DiagnosticDataType: 'Manager',
    AdditionalDataURI: `${at}/attachment`,
    AdditionalDataSizeBytes: size,
  }),
  remove: ({ id }, { app }) => app.archives.remove(id),
});

export const dumpEntries = collection({
  uri: `${uri}/Entries`,
  schema: 'LogEntryCollection',
  name: 'Diagnostic data',
  members: dumpEntry,
  expanded: true,
  exists: (app, params) => managerAt(app, params) !== undefined,
});
