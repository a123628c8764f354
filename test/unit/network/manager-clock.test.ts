/** Zones and offsets of the controller's clock, and the calls that set it on a board. */
import { expect, it } from 'vitest';
import { isTimeZone, linuxClock, offsetOf, zoneOfOffset } from '../../../src/network/manager-clock.ts';

it('names the zone that always has an offset, and no other', () => {
  for (let hours = -12; hours <= 14; hours++) {
    const offset = `${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00`;
    const zone = zoneOfOffset(offset) ?? '';
    expect(isTimeZone(zone), offset).toBe(true);
    expect(offsetOf(zone, Date.UTC(2030, 6, 1)), zone).toBe(offset === '-00:00' ? '+00:00' : offset);
    expect(offsetOf(zone, Date.UTC(2030, 0, 1)), zone).toBe(offset);
  }
  for (const offset of ['+05:30', '+15:00', '-13:00', '2', ''])
    expect(zoneOfOffset(offset), offset).toBeUndefined();
});

it('follows daylight saving time', () => {
  expect(offsetOf('Europe/Rome', Date.UTC(2030, 0, 1))).toBe('+01:00');
  expect(offsetOf('Europe/Rome', Date.UTC(2030, 6, 1))).toBe('+02:00');
  expect(offsetOf('Asia/Kolkata', Date.UTC(2030, 6, 1))).toBe('+05:30');
});

it('asks systemd-timedated, in microseconds', async () => {
  const calls: string[] = [];
  const clock = linuxClock(async (command, args) => {
    calls.push([command, ...args].join(' '));
  });
  await clock.set(new Date('2030-01-01T00:00:00Z'));
  await clock.setZone('Europe/Rome');
  const place = 'org.freedesktop.timedate1 /org/freedesktop/timedate1 org.freedesktop.timedate1';
  expect(calls).toEqual([
    `busctl call ${place} SetTime xbb 1893456000000000 false false`,
    `busctl call ${place} SetTimezone sb Europe/Rome false`,
  ]);
  expect(clock.zone).toBe('Europe/Rome');
});
