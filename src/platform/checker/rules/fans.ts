/** Rules of fans across sections: the chip that a fan is driven by has such an output. */
import { suggestion } from '../../../base/suggestion.ts';
import { pointer } from '../../source/pointer.ts';
import { sensorChip } from '../../vocabulary/devices.ts';
import type { PartialPlatform } from '../../vocabulary/index.ts';
import { entries, type Rules } from '../../vocabulary/rule.ts';

export const fanRules: Rules<PartialPlatform> = {
  *'fan-channel'(platform) {
    for (const { path, item } of entries(platform.fans, '/fans')) {
      const { device, channel } = item.output ?? {};
      const chip = platform.devices?.find((each) => each?.id === device)?.chip;
      if (channel === undefined || chip === undefined) continue;
      const outputs = Object.keys(sensorChip(chip)?.outputs ?? {});
      if (outputs.includes(channel)) continue;
      const hint =
        outputs.length === 0
          ? 'name a fan controller; drivers/i2c/CHIPS.md lists the outputs of chips'
          : suggestion(channel, outputs);
      yield { path: pointer(path, 'output', 'channel'), message: `${chip} has no output "${channel}"`, hint };
    }
  },
};
