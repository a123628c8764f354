/** The table of passive rules: identifier, severity, and where each is written. */
import type { Outcome, Source } from './finding.ts';

export interface PassiveRule {
  readonly title: string;
  /** 0 wire, 1 schema, 2 across resources. */
  readonly level: 0 | 1 | 2;
  readonly outcome: Outcome;
  readonly source: Source;
  readonly right?: string;
  readonly wrong?: string;
}

type Example = readonly [right: string, wrong: string];

const spec = (clause: string): Source => ({ doc: 'DSP0266', clause });
const csdl = (clause: string): Source => ({ doc: 'DSP8010 CSDL', clause });

const rule =
  (level: 0 | 1 | 2, outcome: Outcome) =>
  (title: string, source: Source, example?: Example): PassiveRule => ({
    ...{ title, level, outcome, source },
    ...(example === undefined ? {} : { right: example[0], wrong: example[1] }),
  });

const wire = rule(0, 'FAIL');
const schema = rule(1, 'FAIL');
const note = rule(1, 'WARN');
const cross = rule(2, 'FAIL');
const hint = rule(2, 'WARN');

export const passiveRules = {
  'WIRE-STATUS-1': wire('A linked resource answers GET with 200', spec('GET (read requests)'), [
    '200 OK and the resource',
    '500 Internal Server Error',
  ]),
  'WIRE-ANSWER-1': wire('A linked resource answers', spec('GET (read requests)')),
  'WIRE-TYPE-1': wire('A resource is sent as application/json', spec('Response headers: Content-Type')),
  'WIRE-ODATA-1': wire('A resource is sent with OData-Version: 4.0', spec('Response headers: OData-Version')),
  'WIRE-JSON-1': wire('The body is JSON', spec('Media types'), ['{"Reading": null}', '{"Reading": NaN}']),
  'WIRE-JSON-2': wire('A name stands once in an object', { doc: 'RFC 8259', clause: '4' }),
  'WIRE-JSON-3': wire('The body is an object', spec('Resource responses')),
  'WIRE-BOM-1': wire('The body begins without a byte order mark', { doc: 'RFC 8259', clause: '8.1' }),
  'WIRE-ERROR-1': wire('A body of status 200 is a resource, not an error', spec('Error responses')),
  'WIRE-ALLOW-1': wire('Allow lists no method that the schema excludes', csdl('Capabilities'), [
    'Allow: GET, HEAD',
    'Allow: GET, HEAD, DELETE on a SessionService',
  ]),
  'WIRE-ETAG-1': wire('@odata.etag equals the ETag header', spec('ETags')),
  'WIRE-ETAG-2': wire('An ETag stands in quotes', { doc: 'RFC 9110', clause: '8.8.3' }, ['W/"1"', 'abc']),
  'WIRE-VERSION-1': wire('/redfish names the version v1', spec('Redfish protocol version')),
  'SCH-TYPE-1': schema('A resource has @odata.type', spec('Resource type')),
  'SCH-TYPE-2': schema('@odata.type is #Schema.vX_Y_Z.Type', spec('Resource type'), [
    '#Chassis.v1_25_0.Chassis',
    'Chassis.v1_25_0.Chassis',
  ]),
  'SCH-TYPE-3': note('The schema and its version are known', spec('Resource type')),
  'SCH-TYPE-4': schema('The type is one that the schemas place at this URI', csdl('Redfish.Uris')),
  'SCH-TYPE-5': schema('An embedded object has the declared type, or one derived from it', csdl('Type')),
  'SCH-URI-1': schema('A resource is at a URI of its schema', csdl('Redfish.Uris')),
  'SCH-URI-2': note('The URI is not deprecated', csdl('Redfish.DeprecatedUris')),
  'SCH-ID-1': schema('@odata.id is the URI that was read', spec('Resource identifiers')),
  'SCH-ID-2': note('@odata.id has no trailing slash', spec('Resource URI patterns annotation')),
  'SCH-ID-3': schema('Id is the last segment of the URI of a member', spec('Resource URIs')),
  'SCH-REQ-1': schema('A required property is there', csdl('Redfish.Required')),
  'SCH-PROP-1': schema('A property is one of the schema', csdl('OData.AdditionalProperties'), [
    '"Oem": {"Contoso": {"Slot": 3}}',
    '"ContosoSlot": 3',
  ]),
  'SCH-PROP-2': schema('Names have the case of the schema', csdl('Property')),
  'SCH-PROP-3': schema('A property is part of the claimed version', csdl('Redfish.Revisions')),
  'SCH-DEPR-1': note('A property is not deprecated', csdl('Redfish.Revisions')),
  'SCH-DEPR-2': note('A value is not deprecated', csdl('Redfish.Revisions')),
  'SCH-VAL-1': schema('A value has the declared type', csdl('Type'), [
    '"Reading": 24.5',
    '"Reading": "24.5"',
  ]),
  'SCH-VAL-2': schema('Null stands only where it is allowed', csdl('Nullable')),
  'SCH-VAL-3': schema('A write-only property is null in answers', csdl('OData.Permissions')),
  'SCH-ENUM-1': schema('A value is one of the enumeration', csdl('EnumType')),
  'SCH-ENUM-2': schema('A value is part of the claimed version', csdl('Redfish.Revisions')),
  'SCH-PATTERN-1': schema('A string matches the pattern of its property', csdl('Validation.Pattern')),
  'SCH-FORMAT-1': schema(
    'A date-time is one of the calendar, with seconds and zone',
    spec('Date-Time values'),
    ['2026-11-30T12:00:00Z', '2026-11-30T12:00Z'],
  ),
  'SCH-FORMAT-2': schema('A duration is P[nD][T[nH][nM][nS]]', spec('Duration values'), [
    'PT5M',
    '5 minutes',
  ]),
  'SCH-FORMAT-3': schema('A UUID has its canonical form', spec('UUID values')),
  'SCH-FORMAT-4': schema('An address is one of its family', csdl('Redfish.IPv6Format')),
  'SCH-RANGE-1': schema('A number is within its limits', csdl('Validation.Minimum, Validation.Maximum')),
  'SCH-EMPTY-1': note('A read-only string is not empty', spec('Property values')),
  'SCH-EMPTY-2': note('A Status says something', csdl('Resource.Status')),
  'SCH-LINK-1': schema('A reference is an object with @odata.id alone', spec('Reference properties')),
  'SCH-LINK-2': schema('A URI of a link has legal characters', spec('Universal Resource Identifiers')),
  'SCH-OEM-1': schema('Oem holds objects named by vendor', spec('OEM object format and content')),
  'SCH-ACT-1': schema('An action is one of the schema', csdl('Action')),
  'SCH-ACT-2': schema('An action is part of the claimed version', csdl('Redfish.Revisions')),
  'SCH-ACT-3': schema('An action has target, title and annotations only', spec('Actions property')),
  'SCH-ACT-4': schema('The target is the URI of the resource, /Actions/ and the name', spec('POST (action)')),
  'SCH-ACT-5': schema('AllowableValues name a parameter of the action', spec('Allowable values')),
  'SCH-ANN-1': schema('An annotation is one that Redfish defines', spec('Payload annotations')),
  'SCH-ANN-2': schema('An annotation is of a property of the object', spec('Payload annotations')),
  'SCH-ANN-3': schema('AllowableValues is an array of values of the enumeration', spec('Allowable values')),
  'SCH-ANN-4': note('The current value is an allowable one', spec('Allowable values')),
  'SCH-ANN-5': schema('WriteableProperties names writable properties', spec('Payload annotations')),
  'SCH-ANN-6': schema('ExtendedInfo is an array of messages', spec('Extended object information')),
  'SCH-ANN-7': schema('A live payload carries no copyright of a mockup', csdl('Redfish.Copyright')),
  'SCH-COUNT-1': schema('Members@odata.count is an integer', spec('Resource collections')),
  'SCH-EXCERPT-1': schema('An excerpt has the properties of its kind only', spec('Excerpts')),
  'SCH-EXCERPT-2': schema('A property of excerpts stands in excerpts only', csdl('Redfish.ExcerptCopyOnly')),
  'XREF-COUNT-1': cross('Members@odata.count is the number of members', spec('Resource collections: Count')),
  'XREF-LINK-1': cross('A link leads to a resource', spec('Reference properties')),
  'XREF-LINK-2': cross('A link leads to a resource of the declared type', csdl('NavigationProperty')),
  'XREF-LINK-3': cross('A fragment names a value of the resource', { doc: 'RFC 6901' }),
  'XREF-BACK-1': hint('Links between system, chassis and manager go both ways', csdl('Links')),
  'XREF-SELF-1': hint('A resource does not name itself as related', csdl('Links')),
  'XREF-MEMBER-1': cross('A collection is not its own member', spec('Resource collections')),
  'XREF-MEMBER-2': cross('Members have Ids of their own', spec('Resource collections')),
  'XREF-EXPAND-1': cross('An expanded member equals the resource', spec('The $expand query parameter')),
  'XREF-ACTION-1': cross('AllowableValues and ActionInfo agree', spec('Allowable values')),
  'XREF-EXCERPT-1': hint('An excerpt shows the reading of its sensor', spec('Excerpts')),
  'XREF-MESSAGE-1': cross('A MessageId is Registry.Major.Minor.Key', spec('MessageId format')),
  'XREF-MESSAGE-2': cross('A MessageId names a message of its registry', spec('Message registries')),
  'XREF-MESSAGE-3': cross('MessageId has the form that the entry type asks for', csdl('LogEntry.MessageId')),
  'XREF-REGISTRY-1': cross(
    'A registry file leads to the registry that it names',
    csdl('MessageRegistryFile'),
  ),
  'XREF-LIMIT-1': cross('AllowableMin is not above AllowableMax, SetPoint between them', csdl('Control')),
  'XREF-PORT-1': cross('A port is 1 to 65535', { doc: 'RFC 9293', clause: '3.1' }),
  'XREF-HEALTH-1': hint('Health reflects a reading beyond a critical threshold', csdl('Sensor.Thresholds')),
  'XREF-HEALTH-2': hint('HealthRollup reflects what is subordinate', csdl('Resource.Status')),
  'XREF-ABSENT-1': hint('An absent part has no health and no identity', spec('Absent resources')),
  'XREF-ROLE-1': cross('RoleId and Links.Role name one role', csdl('ManagerAccount.RoleId')),
  'XREF-TASK-1': hint('A task that ended has an EndTime', csdl('Task.EndTime')),
  'XREF-TASK-2': cross('A task ends after it started', csdl('Task.EndTime')),
  'XREF-UUID-1': cross('ServiceEntryPointUUID is the UUID of the service root', csdl('Manager')),
  'XREF-FEATURE-1': cross('$expand with levels is advertised with MaxLevels', csdl('ServiceRoot')),
  'XREF-LOCKOUT-1': cross('The lockout counter is reset within the lockout duration', csdl('AccountService')),
  'XREF-UNIT-1': cross('ReadingUnits is UCUM case-sensitive', csdl('Sensor.ReadingUnits'), [
    'Cel',
    'degrees C',
  ]),
} as const satisfies Record<string, PassiveRule>;

export type PassiveRuleId = keyof typeof passiveRules;
