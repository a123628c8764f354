/** Every chip that a descriptor can name. A new chip is a file of literals and its line here. */
import type { ChipSpec } from '../chip.ts';
import adc128d818 from './adc128d818.ts';
import adm127x from './adm127x.ts';
import ads78xx from './ads78xx.ts';
import at24 from './at24.ts';
import climate from './climate.ts';
import converters from './converters.ts';
import emc230x from './emc230x.ts';
import ina2xx from './ina2xx.ts';
import ina233 from './ina233.ts';
import ina238 from './ina238.ts';
import infineon from './infineon.ts';
import isl28022 from './isl28022.ts';
import lm75 from './lm75.ts';
import lm25066 from './lm25066.ts';
import ltc29xx from './ltc29xx.ts';
import ltc428x from './ltc428x.ts';
import max1161x from './max1161x.ts';
import max5970 from './max5970.ts';
import max6639 from './max6639.ts';
import max31790 from './max31790.ts';
import mps from './mps.ts';
import mpsEfuse from './mps-efuse.ts';
import nct736x from './nct736x.ts';
import nct7904 from './nct7904.ts';
import nvme from './nvme.ts';
import pca953x from './pca953x.ts';
import pca954x from './pca954x.ts';
import pca955x from './pca955x.ts';
import pmbus from './pmbus.ts';
import processors from './processors.ts';
import regulators from './regulators.ts';
import remoteDiodes from './remote-diodes.ts';
import renesas from './renesas.ts';
import sequencers from './sequencers.ts';
import tmp42x from './tmp42x.ts';
import xdp710 from './xdp710.ts';

export const chips: readonly ChipSpec[] = [
  ...lm75,
  ...tmp42x,
  ...nvme,
  ...max31790,
  ...max6639,
  ...nct736x,
  ...emc230x,
  ...ina2xx,
  ...ina238,
  ...isl28022,
  ...adc128d818,
  ...ads78xx,
  ...max1161x,
  ...adm127x,
  ...infineon,
  ...mpsEfuse,
  ...lm25066,
  ...ltc428x,
  ...xdp710,
  ...max5970,
  ...renesas,
  ...regulators,
  ...mps,
  ...ina233,
  ...ltc29xx,
  ...sequencers,
  ...remoteDiodes,
  ...processors,
  ...climate,
  ...nct7904,
  ...converters,
  ...pmbus,
  ...at24,
  ...pca954x,
  ...pca953x,
  ...pca955x,
];

const byName = new Map(chips.flatMap((chip) => chip.compatible.map((name) => [name, chip] as const)));

/** The chip that a descriptor calls `name`: any name of its `compatible` list. */
export function findChip(name: string): ChipSpec | undefined {
  return byName.get(name);
}
