/** The power of the board: mains, supplies, and slots that are plugged in and switched on. */
import type { Platform, PowerSupplyFacts } from '../platform/vocabulary/index.ts';
import type { Faults } from './faults.ts';

export interface PowerTree {
  hasMains(): boolean;
  /** Whether a supply is plugged in, works, and has mains. */
  delivers(supply: PowerSupplyFacts): boolean;
  /** Whether mains is on and a supply delivers. */
  isFed(): boolean;
  /** Whether a chassis and every chassis around it are plugged in. */
  isThere(chassis: string | undefined): boolean;
  /** Whether it is present and every switch on its path is on, regardless of mains. */
  isSwitchedOn(chassis: string | undefined): boolean;
  /** Ids of a chassis and of every chassis in it. */
  within(chassis: string): readonly string[];
  /** Whether it has power. */
  reaches(chassis: string | undefined): boolean;
}

export function createPowerTree(
  board: Platform,
  around: {
    readonly faults: Faults;
    /** Ids of supplies and chassis that are not plugged in. */
    readonly absent: ReadonlySet<string>;
    /** State of an output of the controller, by its key. */
    asserted(line: string): boolean;
  },
): PowerTree {
  const { faults, absent } = around;
  const supplies = board.powerSupplies ?? [];
  const chassis = new Map((board.chassis ?? []).map((each) => [each.id, each]));

  const hasMains = () => faults.find('lostMains', () => true) === undefined;
  const delivers = ({ id }: PowerSupplyFacts) =>
    hasMains() && !absent.has(id) && !faults.find('blownSupply', ({ powerSupply }) => powerSupply === id);
  const isFed = () => hasMains() && (supplies.length === 0 || supplies.some(delivers));
  const isThere = (id: string | undefined): boolean =>
    id === undefined || (!absent.has(id) && isThere(chassis.get(id)?.containedBy));
  const isSwitchedOn = (id: string | undefined): boolean => {
    if (id === undefined) return true;
    const { switch: feeder, containedBy } = chassis.get(id) ?? {};
    if (absent.has(id) || (feeder && !around.asserted(feeder.line))) return false;
    return isSwitchedOn(containedBy);
  };
  return {
    hasMains,
    delivers,
    isFed,
    isThere,
    isSwitchedOn,
    within(id) {
      const isIn = (inner: string | undefined): boolean =>
        inner !== undefined && (inner === id || isIn(chassis.get(inner)?.containedBy));
      return [...chassis.keys()].filter((inner) => inner !== undefined).filter(isIn);
    },
    reaches: (id) => isFed() && isSwitchedOn(id),
  };
}
