/** Manager and its collection. */
import { worst } from '../../../board/health.ts';
import type { Chassis } from '../../../board/model/chassis.ts';
import { message } from '../../../messages/messages.ts';
import type { Platform } from '../../../platform/vocabulary/index.ts';
import { defaultsTypes } from '../../../store/defaults.ts';
import { type App, collection, resource } from '../../app.ts';
import type { ManagerBody } from '../../generated/types.ts';
import { clockWrite } from '../../mapping/clock-write.ts';
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

/** The chassis in which the manager stands, and whose light is the manager's. */
const homeOf = ({ board }: App): string | undefined =>
  board.platform.manager.chassis ?? [...board.chassis.keys()][0];

const lampOf = (app: App): Chassis | undefined => app.board.chassis.get(homeOf(app) ?? '');

const identificationKey = 'manager.serviceIdentification';
/** Characters. */
const maxIdentification = 256;

/** What the operator calls this service; empty until they have. */
export const serviceIdentification = ({ settings }: App): string => settings.get(identificationKey) ?? '';

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
    const home = homeOf(app);
    return {
      Name: facts.name ?? 'Management controller',
      ManagerType: 'BMC',
      Model: facts.model ?? null,
      UUID: app.uuid,
      ServiceEntryPointUUID: app.uuid,
      FirmwareVersion: app.version,
      DateTime: second(app.clock),
      DateTimeLocalOffset: localOffset(app.clock),
      TimeZoneName: app.clock.zone,
      // One that is empty says nothing.
      ServiceIdentification: serviceIdentification(app) || undefined,
      LastResetTime: app.started.toISOString(),
      DateTimeSource: app.network.read().ntp.enabled ? 'NTP' : 'RTC',
      PowerState: 'On',
      ...(lampOf(app)?.identify == null ? {} : { LocationIndicatorActive: lampOf(app)?.identify }),
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
  writes: [
    clockWrite<ManagerFacts>(),
    {
      properties: ['LocationIndicatorActive'],
      unless: (_facts, app) => lampOf(app)?.identify == null,
      apply: async (_facts, changes, { app }) => {
        const chassis = lampOf(app);
        if (chassis === undefined) return undefined;
        const before = chassis.identify === true;
        await app.board.setIdentify(chassis.id, changes.get('LocationIndicatorActive') === true);
        return () => app.board.setIdentify(chassis.id, before);
      },
    },
    {
      properties: ['ServiceIdentification'],
      check: (_model, changes) => {
        const text = changes.get('ServiceIdentification');
        return typeof text === 'string' && text.length > maxIdentification
          ? [message('Base.StringValueTooLong', ['ServiceIdentification', maxIdentification])]
          : [];
      },
      apply: (_model, changes, { app }) => {
        const before = serviceIdentification(app);
        app.settings.set(identificationKey, changes.get('ServiceIdentification') ?? '');
        return () => app.settings.set(identificationKey, before);
      },
    },
  ],
  actions: {
    'Manager.ResetToDefaults': {
      parameters: { ResetType: { type: 'String', required: true, allowable: () => defaultsTypes } },
      run: async (_facts, { ResetType }, { app }) => {
        await app.resetToDefaults(ResetType);
        return undefined;
      },
    },
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
