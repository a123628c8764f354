import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linuxLeds } from '../../../../drivers/leds/linux.ts';
import { temporary } from '../../../support/temporary.ts';

/** A light as a folder of files. */
function light(trigger: string) {
  const folder = temporary();
  const path = join(folder, 'sled1_blue');
  mkdirSync(path);
  const files = { brightness: '0', max_brightness: '255', trigger, delay_on: '', delay_off: '' };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), `${text}\n`);
  const read = (name: string) => readFileSync(join(path, name), 'utf8').trim();
  return { led: linuxLeds(folder).led('sled1_blue'), read };
}

describe('a light of the LED class', () => {
  it('is lit as bright as it can be, and goes out', async () => {
    const { led, read } = light('[none] timer');
    await led.set(true);
    expect(read('brightness')).toBe('255');
    await led.set(false);
    expect(read('brightness')).toBe('0');
  });

  it('blinks by the kernel where that has the trigger', async () => {
    const { led, read } = light('[none] timer heartbeat');
    expect(await led.blink(200, 800)).toBe(true);
    expect([read('trigger'), read('delay_on'), read('delay_off')]).toEqual(['timer', '200', '800']);
  });

  it('says that it cannot where the kernel has no such trigger', async () => {
    const { led, read } = light('[none] heartbeat');
    expect(await led.blink(200, 800)).toBe(false);
    expect(read('trigger')).toBe('[none] heartbeat');
  });

  it('that is not there is said so', async () => {
    const led = linuxLeds(temporary()).led('none');
    await expect(led.set(true)).rejects.toMatchObject({ kind: 'no-bus', where: 'light none' });
  });
});
