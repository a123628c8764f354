/** ServiceRoot. */
import { resource } from '../../app.ts';
import type { ServiceRootBody } from '../../generated/types.ts';
import { link } from '../../mapping/common.ts';
import { maxExpandLevels } from '../../service/query/query.ts';
import { managerUri, root } from '../../uris.ts';
import { aggregationLink } from '../aggregation/aggregation.ts';
import { serviceIdentification } from '../managers/managers.ts';

/** Of DSP0266, which the service follows. */
export const redfishVersion = '1.22.0';

export const serviceRoot = resource({
  uri: '/redfish/v1',
  schema: 'ServiceRoot',
  open: true,
  find: (app) => app,
  body: (app): ServiceRootBody => ({
    Id: 'RootService',
    Name: `${app.board.platform.name} management`,
    Vendor: 'redfishd',
    Product: app.board.platform.name,
    RedfishVersion: redfishVersion,
    UUID: app.uuid,
    ServiceIdentification: serviceIdentification(app) || undefined,
    Systems: link(`${root}Systems`),
    Chassis: link(`${root}Chassis`),
    Managers: link(`${root}Managers`),
    SessionService: link(`${root}SessionService`),
    AccountService: link(`${root}AccountService`),
    Tasks: link(`${root}TaskService`),
    EventService: link(`${root}EventService`),
    TelemetryService: link(`${root}TelemetryService`),
    UpdateService: link(`${root}UpdateService`),
    AggregationService: aggregationLink(app),
    CertificateService: link(`${root}CertificateService`),
    JsonSchemas: link(`${root}JsonSchemas`),
    Registries: link(`${root}Registries`),
    Links: {
      Sessions: link(`${root}SessionService/Sessions`),
      ManagerProvidingService: link(managerUri(app.board.platform.manager.id)),
    },
    ProtocolFeaturesSupported: {
      ExpandQuery: { ExpandAll: true, Levels: true, Links: true, NoLinks: true, MaxLevels: maxExpandLevels },
      FilterQuery: true,
      FilterQueryComparisonOperations: true,
      FilterQueryCompoundOperations: true,
      SelectQuery: true,
      TopSkipQuery: true,
      OnlyMemberQuery: true,
      ExcerptQuery: true,
      MultipleHTTPRequests: true,
      DeepOperations: { DeepPATCH: false, DeepPOST: false },
    },
  }),
});
