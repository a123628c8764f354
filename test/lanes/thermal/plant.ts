/** A shipped board on its twin in simulated time, cooled by its own loops or by the rules of fscd. */
import type { Board } from '../../../src/board/model/board.ts';
import { loadPlatform } from '../../../src/platform/load.ts';
import type { LoopFacts, Platform } from '../../../src/platform/vocabulary/index.ts';
import { createTwin, type Twin } from '../../../src/twin/twin.ts';
import { pass, startBench } from '../../unit/board/support.ts';
import { Fscd, type FscdRules } from './fscd.ts';

export type Control = 'redfishd' | 'fscd';

/** One second of a run. */
export interface Moment {
  readonly second: number;
  /** Percent. */
  readonly duty: number;
  /** The hottest reading of each loop by its id; absent where nothing is to be cooled. */
  readonly inputs: ReadonlyMap<string, number>;
}

export interface Plant {
  readonly board: Board;
  readonly twin: Twin;
  readonly loops: readonly LoopFacts[];
  run(seconds: number): Promise<readonly Moment[]>;
  load(share: number): void;
}

/** How long a run samples for the model: it steps by the second. */
const second = 1000;

export async function startPlant(name: string, control: Control, rules: FscdRules): Promise<Plant> {
  const platform = loadPlatform(`platform/${name}.yaml`);
  const [zone] = platform.cooling?.zones ?? [];
  if (zone === undefined) throw new Error(`${name} has no zone`);
  const { zones: _, ...limits } = platform.cooling ?? {};
  const used: Platform = control === 'redfishd' ? platform : { ...platform, cooling: limits };
  const twin = createTwin(platform, { speed: 1, seed: 7 });
  const { board } = await startBench({ platform: used, twin });
  for (const host of board.hosts.keys()) void board.reset(host, 'On').catch(() => undefined);
  if (control === 'fscd') await board.setCooling('manual');
  const { loops } = zone;
  const fscd = new Fscd(rules, loops, 70);
  let elapsed = 0;

  const idsOf = ({ of = [], ofNodes = [] }: LoopFacts): readonly string[] => [
    ...of,
    ...(platform.nodes ?? []).flatMap(({ id }) => ofNodes.map((each) => `${id}_${each}`)),
  ];
  const ids = new Map(loops.map((loop) => [loop.id, idsOf(loop)]));
  const hottest = (loop: LoopFacts): number | null => {
    const readings = (ids.get(loop.id) ?? []).flatMap((id) => board.sensors.get(id)?.reading ?? []);
    return readings.length === 0 ? null : Math.max(...readings);
  };
  async function tick(): Promise<void> {
    await pass(second);
    elapsed += 1;
    if (control === 'redfishd' || elapsed % rules.cycle !== 0) return;
    const failed = [...board.fans.values()].some(({ status }) => status.health === 'Critical');
    const duty = Math.max(platform.cooling?.minimumDuty ?? 20, fscd.step(hottest, failed));
    for (const fan of board.fans.keys()) void board.setFanDuty(fan, duty).catch(() => undefined);
  }

  return {
    ...{ board, twin, loops },
    async run(seconds) {
      const moments: Moment[] = [];
      for (let each = 0; each < seconds; each++) {
        await tick();
        const { fans, sensors } = twin.status();
        const values = new Map(sensors.map(({ id, value }) => [id, value]));
        const inputs = new Map(
          loops.flatMap((loop) => {
            const own = (ids.get(loop.id) ?? []).flatMap((id) => values.get(id) ?? []);
            return own.length === 0 ? [] : [[loop.id, Math.max(...own)] as const];
          }),
        );
        moments.push({ second: elapsed, duty: Math.max(...fans.map(({ duty }) => duty)), inputs });
      }
      return moments;
    },
    load(share) {
      for (const host of board.hosts.keys()) twin.setLoad(host, share);
    },
  };
}
