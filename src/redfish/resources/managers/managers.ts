/** Manager and its collection. */
import { worst } from '../../../board/health.ts';
import type { Platform } from '../../../platform/vocabulary/index.ts';
import { type App, collection, resource } from '../../app.ts';
import type { ManagerBody } from '../../generated/types.ts';
import { link, links, localOffset, second } from '../../mapping/common.ts';
import { conditionsOf, healthOf, journalConditions } from '../../mapping/journal-status.ts';
import { chassisUri, systemUri } from '../../uris.ts';

type ManagerFacts = Platform['manager'];

/** The one manager of the board, when `ManagerId` names it. */
export const managerAt = (
  app: App,
  { ManagerId }: Readonly<Record<string, string>>,
): ManagerFacts | undefined =>
  ManagerId === app.board.platform.manager.id ? app.board.platform.manager : undefined;

export const manager = resource({
  uri: '/redfish/v1/Managers/{ManagerId}',
  schema: 'Manager',
  shows: 'time',
  ids: (app) => [app.board.platform.manager.id],
  find: managerAt,
  body: (facts, { app, uri }): ManagerBody => {
    const { board } = app;
    // What it cannot store concerns all of its work.
    const conditions = journalConditions(app.journal.state);
    const Health = healthOf(conditions);
    const chassis = [...board.chassis.keys()];
    const home = facts.chassis ?? chassis[0];
    return {
      Name: facts.name ?? 'Management controller',
      ManagerType: 'BMC',
      Model: facts.model ?? null,
      UUID: app.uuid,
      ServiceEntryPointUUID: app.uuid,
      FirmwareVersion: app.version,
      DateTime: second(),
      DateTimeLocalOffset: localOffset(),
      LastResetTime: app.started.toISOString(),
      PowerState: 'On',
      Status: {
        State: 'Enabled',
        Health,
        HealthRollup: worst([board.health, Health]),
        ...conditionsOf(conditions, `${uri}/LogServices/EventLog`),
      },
      EthernetInterfaces: link(`${uri}/EthernetInterfaces`),
      NetworkProtocol: link(`${uri}/NetworkProtocol`),
      LogServices: link(`${uri}/LogServices`),
      SecurityPolicy: link(`${uri}/SecurityPolicy`),
      Links: {
        ManagerForChassis: links(chassis.map(chassisUri)),
        ManagerForServers: links([...board.hosts.keys()].map(systemUri)),
        ManagerInChassis: home === undefined ? undefined : link(chassisUri(home)),
      },
    };
  },
  actions: {
    'Manager.Reset': {
      parameters: {
        ResetType: { type: 'String', required: true, allowable: () => ['ForceRestart', 'GracefulRestart'] },
      },
      run: async (_facts, { ResetType }, { app }) => {
        await app.restart(ResetType === 'GracefulRestart' ? 'GracefulRestart' : 'ForceRestart');
        return undefined;
      },
    },
  },
});

export const managers = collection({
  uri: '/redfish/v1/Managers',
  schema: 'ManagerCollection',
  name: 'Managers',
  members: manager,
});
