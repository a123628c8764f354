/** Metric families of fan control: zones of fans and their loops. */
import type { Board } from '../board/model/board.ts';
import { type Family, labelsOf, type Sample } from './exposition.ts';

const ratio = (percent: number): number => Number((percent / 100).toPrecision(7));

/** What fan control does now. */
export function coolingFamilies({ cooling, fans }: Board): Family[] {
  return [fanDuties(fans), ...zoneFamilies(cooling)];
}

const fanDuties = (fans: Board['fans']): Family => ({
  name: 'redfishd_fan_duty_ratio',
  type: 'gauge',
  unit: 'ratio',
  help: 'Duty last set for a fan, from 0 to 1.',
  samples: [...fans.values()].flatMap(({ id, chassis, duty }): Sample[] =>
    duty === null ? [] : [[labelsOf({ chassis, fan: id }), ratio(duty)]],
  ),
});

/** Zones of fans and their loops; nothing for a board without them. */
function zoneFamilies(cooling: Board['cooling']): Family[] {
  const zones = [...cooling.zones.values()];
  if (zones.length === 0) return [];
  const loops = zones.flatMap((zone) =>
    [...zone.loops.values()].map((loop) => ({ loop, labels: labelsOf({ zone: zone.id, loop: loop.id }) })),
  );
  return [
    {
      name: 'redfishd_zone_demand_ratio',
      type: 'gauge',
      unit: 'ratio',
      help: 'Highest demand in a zone of fans, from 0 to 1, by the reason and the loop that lead.',
      samples: zones.map(({ id, leader }) => [
        labelsOf({ zone: id, reason: leader.reason, loop: leader.loop ?? '' }),
        ratio(leader.duty),
      ]),
    },
    {
      name: 'redfishd_zone_failed_fans',
      type: 'gauge',
      help: 'Fans of a zone that have failed or are absent.',
      samples: zones.map(({ id, failedFans }) => [labelsOf({ zone: id }), failedFans.length]),
    },
    {
      name: 'redfishd_loop_demand_ratio',
      type: 'gauge',
      unit: 'ratio',
      help: 'Duty that a loop asks for, from 0 to 1.',
      samples: loops.map(({ loop, labels }) => [labels, ratio(loop.demand)]),
    },
    {
      name: 'redfishd_loop_integral_ratio',
      type: 'gauge',
      unit: 'ratio',
      help: 'Part of the demand of a loop that its integral asks for, from 0 to 1.',
      samples: loops.map(({ loop, labels }) => [labels, ratio(loop.integralDemand)]),
    },
    {
      name: 'redfishd_loop_input',
      type: 'gauge',
      help: 'Smoothed reading that counts in a loop, in the unit of its sensors; nothing without one.',
      samples: loops.flatMap(({ loop, labels }): Sample[] =>
        loop.input === null ? [] : [[labels, loop.input]],
      ),
    },
    {
      name: 'redfishd_loop_fail_safe',
      type: 'gauge',
      help: 'Whether a loop is in fail-safe because an input is unknown: 1, or 0.',
      samples: loops.map(({ loop, labels }) => [labels, Number(loop.isFailSafe)]),
    },
  ];
}
