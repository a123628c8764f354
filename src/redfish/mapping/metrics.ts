/** The metrics of this service: what its metric definitions describe, and how any property is read as one. */
import type { Board } from '../../board/model/board.ts';
import type { Sensor } from '../../board/model/sensor.ts';
import { type Metric, type Metrics, type Scalar, type Tree, valueAt } from '../../telemetry/metric.ts';
import type { App } from '../app.ts';
import { chassisUri, managerUri, sensorUri, systemUri } from '../uris.ts';

/** A metric definition: one sensor, or a state that moves among a few values. */
export interface MetricFacts {
  readonly id: string;
  readonly name: string;
  readonly property: string;
  readonly sensor: Sensor | null;
  /** Values of a state; null for a number. */
  readonly values: readonly string[] | null;
}

const healths = ['OK', 'Warning', 'Critical'];
const powerStates = ['On', 'Off', 'PoweringOn', 'PoweringOff'];

/** What follows from the parts of a board, as long as those are the same. */
const known = new WeakMap<
  Board,
  { readonly generation: number; readonly facts: ReadonlyMap<string, MetricFacts> }
>();

/** All metric definitions of the service, by id; those of sensors first. */
export function metricFacts({ board }: Pick<App, 'board'>): ReadonlyMap<string, MetricFacts> {
  const found = known.get(board);
  if (found?.generation === board.generation) return found.facts;
  const facts = allFacts(board);
  known.set(board, { generation: board.generation, facts });
  return facts;
}

function allFacts(board: Board): ReadonlyMap<string, MetricFacts> {
  const facts = new Map<string, MetricFacts>();
  const add = (each: MetricFacts) => {
    if (!facts.has(each.id)) facts.set(each.id, each);
  };
  const state = (id: string, name: string, property: string, values: readonly string[]) =>
    add({ id, name, property, sensor: null, values });
  for (const sensor of board.sensors.values())
    add({
      ...{ id: sensor.id, name: sensor.name, property: readingOf(sensor), sensor },
      values: null,
    });
  for (const { id, name } of board.hosts.values()) {
    state(`${id}.PowerState`, `Power state of ${name}`, `${systemUri(id)}#/PowerState`, powerStates);
    state(`${id}.Health`, `Health of ${name}`, `${systemUri(id)}#/Status/Health`, healths);
  }
  for (const { id, name } of board.chassis.values())
    state(`${id}.ChassisHealth`, `Health of ${name}`, `${chassisUri(id)}#/Status/Health`, healths);
  const { id } = board.platform.manager;
  state(`${id}.ManagerHealth`, 'Health of the manager', `${managerUri(id)}#/Status/Health`, healths);
  return facts;
}

/** The property in which a sensor shows what it reads. */
export const readingOf = (sensor: Pick<Sensor, 'chassis' | 'id'>): string => `${sensorUri(sensor)}#/Reading`;

const ofSensor = /^\/redfish\/v1\/Chassis\/([^/#]+)\/Sensors\/([^/#]+)#\/Reading$/;
/** Resources that tell of the equipment; what is about people and their accounts is not for every report. */
const reportable = /^\/redfish\/v1\/(?:Chassis|Systems|Managers)(?:\/(?!.*\/LogServices)|$)/;

/** How telemetry sees the resources of the service. */
export function metricsOf(app: App): Metrics {
  const look = (uri: string): Tree | undefined =>
    reportable.test(uri) && !uri.includes('/LogServices') ? (app.read(uri) as Tree | undefined) : undefined;
  const all = () => metricFacts(app);
  let ids: ReadonlyMap<string, string> | undefined;
  let idsOf: ReadonlyMap<string, MetricFacts> | undefined;
  const idOf = (property: string): string | undefined => {
    const facts = all();
    if (ids === undefined || idsOf !== facts)
      ids = new Map([...facts.values()].map((each) => [each.property, each.id]));
    idsOf = facts;
    return ids.get(property);
  };
  return {
    read: look,
    propertiesOf: (id) => {
      const found = all().get(id);
      return found && [found.property];
    },
    find: (property) => {
      const [, chassis, id] = ofSensor.exec(property) ?? [];
      if (id !== undefined) {
        const sensor = app.board.sensors.get(id);
        if (sensor?.chassis !== chassis || sensor === undefined || !app.resolves(sensorUri(sensor)))
          return undefined;
        return readingMetric(property, sensor);
      }
      return propertyMetric(property, look, (uri) => sensorAt(app, uri), idOf(property));
    },
  };
}

const readingMetric = (property: string, sensor: Sensor): Metric => ({
  ...{ property, id: sensor.id, sensor: sensor.id },
  read: () => ({ value: sensor.reading, time: sensor.readingTime?.getTime() ?? null }),
});

/** A property of any resource; of an excerpt of a sensor there is the sensor's history. */
function propertyMetric(
  property: string,
  look: Metrics['read'],
  sensorFor: (uri: string) => Sensor | undefined,
  id: string | undefined,
): Metric | undefined {
  const [uri = '', pointer] = property.split('#');
  if (pointer === undefined || !pointer.startsWith('/')) return undefined;
  const resource = look(uri);
  const now = resource === undefined ? undefined : valueAt(resource, pointer);
  if (resource === undefined || now === undefined || (typeof now === 'object' && now !== null))
    return undefined;
  const source = pointer.endsWith('/Reading')
    ? valueAt(resource, `${pointer.slice(0, -'/Reading'.length)}/DataSourceUri`)
    : undefined;
  const sensor = typeof source === 'string' ? sensorFor(source) : undefined;
  return {
    ...{ property, id: id ?? sensor?.id, sensor: sensor?.id },
    read: () => {
      const shown = look(uri);
      const value = shown === undefined ? null : (valueAt(shown, pointer) ?? null);
      return {
        value: typeof value === 'object' ? null : (value as Scalar),
        time: sensor?.readingTime?.getTime() ?? null,
      };
    },
  };
}

function sensorAt({ board }: App, uri: string): Sensor | undefined {
  const [, , id] = ofSensor.exec(`${uri}#/Reading`) ?? [];
  return id === undefined ? undefined : board.sensors.get(id);
}
