/** A simulated controller: its sensors report the physics of the twin. */
import {
  type Factors,
  IpmiNode,
  type IpmiRequest,
  type IpmiResponse,
  NETFN,
  type NodeOptions,
  PRIVILEGE,
  type RequestContext,
  toRaw,
} from 'node-ipmi';
import type { Faults } from '../faults.ts';
import type { HostModel } from '../host.ts';
import type { NodeSensorFacts } from './facts.ts';

/** The board around a node. */
export interface NodeSurroundings {
  readonly seed: number;
  readonly speed: number;
  /** Milliseconds of the twin's clock. */
  now(): number;
  readonly faults: Faults;
  /** Host that it manages. */
  readonly host: HostModel | undefined;
  /** Power-good of that host; true without one. */
  isHostOn(): boolean;
  hasPower(): boolean;
  /** Physical value of a sensor by its id on the twin. */
  value(sensor: string): number;
  /** Brings the board up to the present moment. */
  settle(): void;
  /** Makes a change of the board, then applies its effects. */
  change(make: () => void): void;
}

/** Delay from the request for a cold reset to the reset, ms: the response is sent first. */
export const beforeReset = 50;
/** Milliseconds that a controller is silent after a cold reset. */
const resetTime = 2000;

export interface SimulatedOptions extends NodeOptions {
  readonly id: string;
  readonly table: readonly NodeSensorFacts[];
  /** Id on the twin of the sensor with that name. */
  readonly sensorId: (name: string) => string;
  /** Present states of a discrete sensor. */
  readonly states?: (number: number) => number;
}

export class SimulatedNode extends IpmiNode {
  readonly id: string;
  /** Called after a cold reset and when power returns: links drop their sessions. */
  onRestart: (() => void) | undefined;
  readonly #around: NodeSurroundings;
  readonly #options: SimulatedOptions;
  readonly #facts: ReadonlyMap<number, NodeSensorFacts>;
  #resetUntil = 0;

  constructor(options: SimulatedOptions, around: NodeSurroundings) {
    super(options);
    const reset = () => {
      // The response is sent first.
      setTimeout(() => this.coldReset(), beforeReset).unref();
      return [];
    };
    this.addRoutes([[NETFN.app, 0x02, PRIVILEGE.administrator, reset]]);
    this.id = options.id;
    this.#options = options;
    this.#around = around;
    this.#facts = new Map(options.table.map((facts) => [facts.number, facts]));
  }

  /** Whether it has power and is not restarting. */
  get isAwake(): boolean {
    return this.#around.hasPower() && this.#around.now() >= this.#resetUntil;
  }

  get identifying(): 'off' | 'temporary' | 'on' {
    return this.#options.chassis?.identifying() ?? 'off';
  }

  /** Silent for a while, then in power-on state; logs stay. */
  coldReset(): void {
    this.restart();
    this.#resetUntil = this.#around.now() + resetTime / this.#around.speed;
  }

  /** Resets volatile settings to those of its records. */
  restart(): void {
    for (const sensor of this.sensors.sensors.values()) {
      const { sdr } = sensor;
      if (sdr.kind === 'full') sensor.thresholds = { ...sdr.thresholds };
      if (sdr.kind !== 'eventOnly') sensor.hysteresis = { ...sdr.hysteresis };
      sensor.scanning = true;
      // The initial state emits no event.
      sensor.states = this.#facts.get(sdr.number)?.kind === 'discrete' ? this.#statesOf(sdr.number) : 0;
    }
    this.onRestart?.();
  }

  /** Updates one sensor by its number, or all, and logs the thresholds that are crossed. */
  refresh(number?: number): void {
    const facts = number === undefined ? undefined : this.#facts.get(number);
    const all = number === undefined ? [...this.#facts.values()] : facts ? [facts] : [];
    for (const each of all) this.#show(each);
  }

  #statesOf(number: number): number {
    return this.#options.states?.(number) ?? 0;
  }

  #show(facts: NodeSensorFacts): void {
    const sensor = this.sensors.sensors.get(facts.number);
    if (!sensor || facts.kind === 'eventOnly') return;
    sensor.unavailable = !(facts.standby || this.#around.isHostOn());
    if (facts.kind === 'discrete') this.sensors.setStates(facts.number, this.#statesOf(facts.number));
    else if (sensor.unavailable) sensor.states = 0;
    else if (sensor.sdr.kind === 'full') {
      const value = this.#around.value(this.#options.sensorId(facts.name));
      this.sensors.setReading(facts.number, rawOf(value, sensor.sdr.factors));
    }
  }

  override async handle(request: IpmiRequest, context: RequestContext): Promise<IpmiResponse> {
    this.#around.settle();
    // Get Sensor Reading and Get Sensor Event Status.
    if (request.netFn === NETFN.sensorEvent && (request.command === 0x2d || request.command === 0x2b))
      this.refresh(request.data[0]);
    const response = await super.handle(request, context);
    return this.#around.faults.onNode('garbledNode', this.id)
      ? { ...response, data: response.data.map((byte) => ~byte) }
      : response;
  }
}

const rawOf = (value: number, factors: Factors): number => toRaw(value, factors) ?? 0;
