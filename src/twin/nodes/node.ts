/** A simulated controller whose sensors show the physics of the twin. */
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

/** What a node is told of the twin around it. */
export interface NodeSurroundings {
  readonly seed: number;
  readonly speed: number;
  /** Milliseconds of the twin's clock. */
  now(): number;
  readonly faults: Faults;
  /** Host that it serves. */
  readonly host: HostModel | undefined;
  /** What the power-good of that host shows; true where it serves none. */
  isHostOn(): boolean;
  hasPower(): boolean;
  /** Physical value of a sensor by its id on the twin. */
  value(sensor: string): number;
  /** Brings the board up to the present moment. */
  settle(): void;
  /** Makes a change that may be any cause of anything, and lets its effects follow. */
  change(make: () => void): void;
}

/** Milliseconds from the request for a cold reset to the reset: its answer must get away. */
export const beforeReset = 50;
/** Milliseconds that a controller is silent after a cold reset. */
const resetTime = 2000;

export interface SimulatedOptions extends NodeOptions {
  readonly id: string;
  readonly table: readonly NodeSensorFacts[];
  /** Id on the twin of the sensor with that name. */
  readonly sensorId: (name: string) => string;
  /** States that a discrete sensor shows now. */
  readonly states?: (number: number) => number;
}

export class SimulatedNode extends IpmiNode {
  readonly id: string;
  /** Called after a cold reset, and when power comes: whoever carries the node forgets what was. */
  onRestart: (() => void) | undefined;
  readonly #around: NodeSurroundings;
  readonly #options: SimulatedOptions;
  readonly #facts: ReadonlyMap<number, NodeSensorFacts>;
  #resetUntil = 0;

  constructor(options: SimulatedOptions, around: NodeSurroundings) {
    super(options);
    const reset = () => {
      // It answers first.
      setTimeout(() => this.coldReset(), beforeReset).unref();
      return [];
    };
    this.addRoutes([[NETFN.app, 0x02, PRIVILEGE.administrator, reset]]);
    this.id = options.id;
    this.#options = options;
    this.#around = around;
    this.#facts = new Map(options.table.map((facts) => [facts.number, facts]));
  }

  /** It has power, and is not about to start. */
  get isAwake(): boolean {
    return this.#around.hasPower() && this.#around.now() >= this.#resetUntil;
  }

  get identifying(): 'off' | 'temporary' | 'on' {
    return this.#options.chassis?.identifying() ?? 'off';
  }

  /** It is silent for a while, then as after power-on; its logs stay. */
  coldReset(): void {
    this.restart();
    this.#resetUntil = this.#around.now() + resetTime / this.#around.speed;
  }

  /** Settings that are not kept are those of its records again. */
  restart(): void {
    for (const sensor of this.sensors.sensors.values()) {
      const { sdr } = sensor;
      if (sdr.kind === 'full') sensor.thresholds = { ...sdr.thresholds };
      if (sdr.kind !== 'eventOnly') sensor.hysteresis = { ...sdr.hysteresis };
      sensor.scanning = true;
      // What is so from the start is no event.
      sensor.states = this.#facts.get(sdr.number)?.kind === 'discrete' ? this.#statesOf(sdr.number) : 0;
    }
    this.onRestart?.();
  }

  /** Has sensors show what is now: one by its number, or all; what they cross is logged. */
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
