/** The filter of an event stream: DSP0266 clause 12.6, "Event service: Server-sent events, $filter". */
import { type EventFacts, eventTypeOf, isAt, registryOf, unversioned } from '../../events/subscription.ts';
import { type Filter, FilterError, parseFilter } from '../service/query/filter.ts';

export interface StreamFilter {
  readonly wants: (event: EventFacts) => boolean;
  /** By the URI of the definition. */
  readonly wantsReport: (definition: string) => boolean;
}

const properties = new Set([
  ...['EventFormatType', 'EventType', 'MessageId', 'MetricReportDefinition', 'OriginResource'],
  ...['RegistryPrefix', 'ResourceType', 'SubordinateResources'],
]);

/** Without a filter, everything is wanted. */
export const unfiltered: StreamFilter = { wants: () => true, wantsReport: () => true };

/** @throws FilterError */
export function streamFilter(text: string): StreamFilter {
  // The names of enumerations may stand without quotes: EventFormatType eq Event.
  const quoted = text.replace(/\b(eq|ne)\s+(?!(?:true|false|null)\b)([A-Za-z][\w.]*)(?=\s|\)|$)/g, "$1 '$2'");
  const filter = parseFilter(quoted);
  const below = check(filter);
  return {
    wants: (event) => decide(filter, (name, value) => eventHas(event, name, value, below)),
    wantsReport: (definition) => decide(filter, (name, value) => reportHas(definition, name, value)),
  };
}

/** @returns whether what is below an origin counts too @throws FilterError for what cannot be asked */
function check(filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const [left, right] = [check(filter.left), check(filter.right)];
      return left || right;
    }
    case 'not':
      return check(filter.operand);
    case 'compare': {
      const [name = ''] = filter.path;
      if (filter.path.length > 1 || !properties.has(name))
        throw new FilterError(`a stream cannot be filtered by ${filter.path.join('/')}`);
      if (filter.operator !== 'eq' && filter.operator !== 'ne')
        throw new FilterError(`${name} can be compared with eq and ne only`);
      return name === 'SubordinateResources' && String(filter.value) === 'true' && filter.operator === 'eq';
    }
  }
}

function decide(filter: Filter, has: (name: string, value: string) => boolean): boolean {
  switch (filter.kind) {
    case 'and':
      return decide(filter.left, has) && decide(filter.right, has);
    case 'or':
      return decide(filter.left, has) || decide(filter.right, has);
    case 'not':
      return !decide(filter.operand, has);
    case 'compare': {
      const [name = ''] = filter.path;
      return has(name, String(filter.value)) === (filter.operator === 'eq');
    }
  }
}

function eventHas(event: EventFacts, name: string, value: string, below: boolean): boolean {
  switch (name) {
    case 'EventFormatType':
      return value === 'Event';
    case 'EventType':
      return eventTypeOf(event.messageId) === value;
    case 'MessageId':
      return unversioned(event.messageId) === unversioned(value);
    case 'OriginResource':
      return isAt(event.origin, [value], below);
    case 'RegistryPrefix':
      return registryOf(event.messageId) === value;
    case 'ResourceType':
      return event.resourceType === value;
    // It says how OriginResource is meant, and leaves nothing out by itself.
    case 'SubordinateResources':
      return (value === 'true') === below;
    default:
      return false;
  }
}

function reportHas(definition: string, name: string, value: string): boolean {
  if (name === 'EventFormatType') return value === 'MetricReport';
  if (name === 'EventType') return value === 'MetricReport';
  return name === 'MetricReportDefinition' && value === definition;
}
