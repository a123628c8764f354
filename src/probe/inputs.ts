/** Reads what the controller itself measures and drives: ADC channels, tachometers, PWM duties, interfaces of hosts. */

import type { Hardware } from '../../drivers/hardware.ts';
import { wayOf } from '../../drivers/host-ipmi/host-ipmi.ts';
import type { Platform } from '../platform/vocabulary/index.ts';
import { deviceError } from './errors.ts';
import type { InputFinding } from './report.ts';

export async function probeInputs(
  platform: Platform,
  { hwmon, hostIpmi }: Hardware,
): Promise<InputFinding[]> {
  const found: InputFinding[] = [];
  const ask = async (id: string, what: string, read: () => Promise<string>) => {
    try {
      found.push({ id, what, state: 'answers', detail: await read() });
    } catch (error) {
      const { kind, message } = deviceError(error, what);
      found.push({ id, what, state: kind === 'unsupported' ? 'unknown' : 'silent', detail: message });
    }
  };
  const short = (value: number) => String(Number(value.toPrecision(4)));
  for (const { channel, divider = 1, bridge, quantity, sensor } of platform.adc ?? [])
    await ask(sensor.id, `ADC ${channel}`, async () => {
      const volts = await hwmon.adc(channel);
      // Connecting its divider would drive an output.
      if (bridge !== undefined)
        return `${short(volts)} V at the pin; read while line ${bridge.line} is asserted`;
      return `${short(volts / divider)} ${quantity === 'Current' ? 'A' : 'V'}`;
    });
  for (const fan of platform.fans ?? []) {
    const { pwm, tachs = [] } = fan;
    if (pwm !== undefined) await ask(fan.id, `PWM ${pwm}`, async () => `${short(await hwmon.duty(pwm))} %`);
    for (const { tach, sensor } of tachs)
      await ask(sensor.id, `tachometer ${tach}`, async () => `${short(await hwmon.tach(tach))} rpm`);
  }
  for (const { id, ipmi } of platform.hosts ?? [])
    for (const facts of ipmi?.interfaces ?? [])
      await ask(id, `IPMI of the host by ${wayOf(facts)[0]}`, async () => hostIpmi.find(facts));
  return found;
}
