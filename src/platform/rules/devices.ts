/** Rules of chips, fans and analogue inputs: the chip can do it, and each input and output serves one thing. */
import { pointer } from '../source.ts';
import { suggestion } from '../suggestion.ts';
import { chipOf, choices, entries, type Rule, repeated } from './parts.ts';

export const deviceRules: Readonly<Record<string, Rule>> = {
  *'unknown-channel'(board) {
    for (const { path, item, own } of choices(board)) {
      if (item.chip === undefined) continue;
      const chip = chipOf(item.chip, 'sensor');
      if (chip === undefined && chipOf(item.chip, 'eeprom') === undefined) continue;
      const names = Object.keys(chip?.channels ?? {});
      const inherited = own.sensors === undefined;
      // A second source without sensors of its own has those of the device, which have been looked at there.
      if (inherited && own.chip === undefined) continue;
      for (const channel of Object.keys(item.sensors ?? {}).filter((name) => !names.includes(name))) {
        const at = pointer(pointer(path, 'sensors'), channel);
        const message = `${item.chip} has no channel "${channel}"`;
        const hint = suggestion(channel, names);
        yield inherited
          ? { path: pointer(path, 'chip'), message, hint }
          : { path: at, at: 'name', message, hint };
      }
    }
  },

  *'missing-shunt'(board) {
    for (const { path, item, own } of choices(board)) {
      const sensors = Object.keys(item.sensors ?? {});
      const needed = chipOf(item.chip, 'sensor')?.needs?.includes('shunt') === true;
      if (needed && sensors.length > 0 && item.shunt === undefined) {
        const message = `${item.chip} cannot be read without the value of its shunt`;
        yield { path, message, hint: 'add what is fitted, such as "shunt: 2 mOhm"' };
      } else if (own.shunt === 0) {
        const message = '"shunt" is 0: no current can be calculated';
        yield { path: pointer(path, 'shunt'), message, hint: 'write what is fitted, such as "2 mOhm"' };
      }
    }
  },

  *'missing-reference'(board) {
    for (const { path, item } of choices(board)) {
      const sensors = Object.keys(item.sensors ?? {});
      const needed = chipOf(item.chip, 'sensor')?.needs?.includes('reference') === true;
      if (needed && sensors.length > 0 && item.reference === undefined) {
        const message = `${item.chip} cannot be read without the value of its reference`;
        yield { path, message, hint: 'add what it is, such as "reference: 3.3 V"' };
      }
    }
  },

  *'cycle-device'(board) {
    const fitted = choices(board);
    for (const { path, item } of entries(board.chassis, '/chassis')) {
      const device = item.cycle?.device;
      const wrong = fitted.find(
        (choice) =>
          choice.item.id === device &&
          choice.item.chip !== undefined &&
          chipOf(choice.item.chip, 'sensor')?.powerCycle === undefined,
      );
      if (device === undefined || wrong === undefined) continue;
      const at = pointer(pointer(path, 'cycle'), 'device');
      const message = `"${device}" is the chip ${wrong.item.chip}, which cannot cycle the power behind it`;
      yield { path: at, message, hint: 'name a hot-swap controller that can, such as an adm1278' };
    }
    for (const { path, item } of entries(board.chassis, '/chassis')) {
      if (item.cycle === undefined || item.switch === undefined) continue;
      const message = 'both "switch" and "cycle" say how its power is cycled';
      yield { path: pointer(path, 'cycle'), at: 'name', message, hint: 'leave one of them out' };
    }
  },

  *'fru-device'(board) {
    const fitted = choices(board);
    for (const { path, item } of entries(board.frus, '/frus')) {
      const wrong = fitted.find(
        (choice) => choice.item.id === item.device && chipOf(choice.item.chip, 'sensor') !== undefined,
      );
      if (item.device === undefined || wrong === undefined) continue;
      const message = `"${item.device}" is the chip ${wrong.item.chip}, which holds no inventory`;
      yield { path: pointer(path, 'device'), message, hint: 'name an EEPROM, such as a 24c64' };
    }
  },

  *'shared-input'(board) {
    const fans = entries(board.fans, '/fans');
    const once = 'each serves one thing: correct one of the two';
    const tachs = fans.flatMap(({ path, item }) => entries(item.tachs, pointer(path, 'tachs')));
    for (const { path, item } of repeated(tachs, ({ item }) => item.tach)) {
      yield {
        path: pointer(path, 'tach'),
        message: `another rotor is on tachometer ${item.tach}`,
        hint: once,
      };
    }
    for (const { path, item } of repeated(entries(board.adc, '/adc'), ({ item }) => item.channel)) {
      yield {
        path: pointer(path, 'channel'),
        message: `another rail is on ADC channel ${item.channel}`,
        hint: once,
      };
    }
  },
};
