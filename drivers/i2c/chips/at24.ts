/** 24Cxx EEPROMs. Where makers differ in the page, the smallest is given: a shorter write is right on all of them. */
import { defineEeprom } from '../chip.ts';
import type { Quality } from '../quality.ts';

const family = 'Microchip DS21930C, device selection table';

/** Name, bytes, page, bytes of memory address, quality, document. */
const parts: readonly (readonly [string, number, number, 1 | 2, Quality, string])[] = [
  ['24c02', 256, 8, 1, 'unchecked', family],
  ['24c04', 512, 16, 1, 'unchecked', family],
  ['24c08', 1024, 16, 1, 'unchecked', family],
  ['24c16', 2048, 16, 1, 'datasheet-checked', 'Microchip DS22213A (24LC16B), page 1'],
  ['24c32', 4096, 32, 2, 'unchecked', family],
  ['24c64', 8192, 32, 2, 'datasheet-checked', 'Microchip DS21189 (24LC64), page 1'],
  ['24c128', 16384, 64, 2, 'unchecked', family],
  ['24c256', 32768, 64, 2, 'datasheet-checked', 'Fairchild DS800023-1 (FM24C256), page 1; Microchip 24LC256'],
  ['24c512', 65536, 128, 2, 'unchecked', family],
];

export default parts.map(([name, size, page, addressBytes, quality, datasheet]) =>
  defineEeprom({
    compatible: [name, `at${name}`],
    datasheet,
    quality,
    kernel: { driver: 'at24' },
    size,
    page,
    addressBytes,
    writeTime: 5,
  }),
);
