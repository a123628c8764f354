/**
 * Conversions between what a register holds and what it means: pure functions with an inverse, so that a driver reads
 * with one direction and the twin fills its registers with the other.
 */
export interface Scale {
  /** Physical value of a register content. NaN for a content that stands for no value. */
  decode(code: number): number;
  /** The register content nearest to `value`; clamped to `min` and `max` as the chip itself saturates. */
  encode(value: number): number;
  /** Least and greatest value the chip can truly report; anything outside is garbage. */
  readonly min: number;
  readonly max: number;
  /** Greatest step between neighbouring values. */
  readonly resolution: number;
}

/** Cuts the noise of binary fractions: 9.600000000000001 V is 9.6 V. */
const tidy = (value: number) => Number(value.toPrecision(12));
export const clamp = (value: number, min: number, max: number) => Math.min(max, Math.max(min, value));
/** Two's complement of the low `bits` bits. */
export const signed = (code: number, bits: number) => {
  const field = code % 2 ** bits;
  return field < 2 ** (bits - 1) ? field : field - 2 ** bits;
};

export interface LinearFacts {
  /** What one count is worth. */
  readonly lsb: number;
  /** Width of the field; 16 when left out. */
  readonly bits?: number;
  /** Bits below the field. */
  readonly shift?: number;
  readonly signed?: boolean;
  /** Is added after scaling. */
  readonly offset?: number;
  /** Limits, where the chip cannot reach the ends of the field. */
  readonly min?: number;
  readonly max?: number;
}

/** `value = field × lsb + offset`. */
export function linear(facts: LinearFacts): Scale {
  const { lsb, bits = 16, shift = 0, offset = 0 } = facts;
  // Fields may be wider than what bit operators can take.
  const size = 2 ** bits;
  const step = 2 ** shift;
  const valueAt = (count: number) => tidy(count * lsb + offset);
  // Worked out when asked for: most of the scales that are made at start-up are never used on a board.
  let known: Range | undefined;
  const range = (): Range => {
    known ??= rangeOf(facts, valueAt);
    return known;
  };
  return {
    decode(code) {
      const field = Math.floor(code / step) % size;
      return valueAt(facts.signed ? signed(field, bits) : field);
    },
    encode(value) {
      const { lowest, highest, min, max } = range();
      const count = clamp(Math.round((clamp(value, min, max) - offset) / lsb), lowest, highest);
      return ((count + size) % size) * step;
    },
    get min() {
      return range().min;
    },
    get max() {
      return range().max;
    },
    resolution: Math.abs(lsb),
  };
}

/** Least and greatest count of a field, and the values that they stand for or to which a chip is limited. */
interface Range {
  readonly lowest: number;
  readonly highest: number;
  readonly min: number;
  readonly max: number;
}

function rangeOf(facts: LinearFacts, valueAt: (count: number) => number): Range {
  const { bits = 16 } = facts;
  const lowest = facts.signed ? -(2 ** (bits - 1)) : 0;
  const highest = facts.signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  const ends = [valueAt(lowest), valueAt(highest)];
  // Limits are rounded as values are, or the end of a range would lie outside it.
  const min = tidy(facts.min ?? Math.min(...ends));
  const max = tidy(facts.max ?? Math.max(...ends));
  return { lowest, highest, min, max };
}

/** PMBus LINEAR11: 5-bit exponent, 11-bit mantissa, both two's complement (PMBus 1.2 part II, 7.1). */
export const linear11: Scale = {
  decode: (code) => signed(code, 11) * 2 ** signed(code >> 11, 5),
  encode(value) {
    const wanted = clamp(value, linear11.min, linear11.max);
    for (let exponent = -16; ; exponent++) {
      const mantissa = Math.round(wanted / 2 ** exponent);
      if ((mantissa >= -1024 && mantissa <= 1023) || exponent === 15) {
        return ((exponent & 0x1f) << 11) | (clamp(mantissa, -1024, 1023) & 0x7ff);
      }
    }
  },
  min: -1024 * 2 ** 15,
  max: 1023 * 2 ** 15,
  resolution: 2 ** 15,
};

/** PMBus LINEAR16: unsigned mantissa, exponent from VOUT_MODE (PMBus 1.2 part II, 8.3.1). */
export const linear16 = (exponent: number) => linear({ lsb: 2 ** exponent });

/** IEEE 754 half precision: sign, 5 bits of exponent, 10 bits of fraction (PMBus 1.3 part II, 7.4). */
export const half: Scale = {
  decode(code) {
    const exponent = (code >> 10) & 0x1f;
    const fraction = (code & 0x3ff) / 1024;
    const sign = code & 0x8000 ? -1 : 1;
    // All ones: infinite, or no number.
    if (exponent === 0x1f) return Number.NaN;
    const size = exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15);
    return size === 0 ? 0 : sign * size;
  },
  encode(value) {
    const wanted = clamp(value, half.min, half.max);
    const size = Math.abs(wanted);
    const exponent = clamp(Math.floor(Math.log2(size || 1e-9)), -14, 15);
    const count = Math.round((size / 2 ** exponent) * 1024);
    // A count that rounds up to the next power of two carries into the exponent.
    const code = count < 1024 ? count : (exponent + 15) * 1024 + count - 1024;
    return (wanted < 0 ? 0x8000 : 0) | code;
  },
  min: -65504,
  max: 65504,
  resolution: 32,
};

export interface DirectFacts {
  readonly m: number;
  readonly b: number;
  readonly R: number;
  /** Width of an unsigned code, for converters with fewer than 16 bits; a signed 16-bit word when left out. */
  readonly bits?: number;
  /** Least and greatest code that a measurement can give, where they are not those of the field. */
  readonly first?: number;
  readonly last?: number;
}

/** PMBus DIRECT: `X = (Y × 10^-R - b) / m` (PMBus 1.2 part II, 7.2). */
export function direct({ m, b, R, bits, first, last }: DirectFacts): Scale {
  const valueAt = (code: number) => (code * 10 ** -R - b) / m;
  return linear({
    lsb: 10 ** -R / m,
    offset: -b / m,
    signed: bits === undefined,
    bits: bits ?? 16,
    ...(first === undefined ? {} : { min: valueAt(first) }),
    ...(last === undefined ? {} : { max: valueAt(last) }),
  });
}

export interface VidFacts {
  /** Volt at code `first`. */
  readonly base: number;
  /** Volt per step; negative where a higher code means less. */
  readonly step: number;
  readonly first: number;
  readonly last: number;
  /** The code that means "off", 0 V. */
  readonly off?: number;
  /** Width of the field, where other bits stand above it; 16 when left out. */
  readonly bits?: number;
}

/** A voltage identification table: steps of a fixed size, and perhaps a code for "off". */
export function vid({ base, step, first, last, off, bits = 16 }: VidFacts): Scale {
  const valueAt = (code: number) => tidy(base + (code - first) * step);
  const ends = [valueAt(first), valueAt(last)];
  const lowest = Math.min(...ends);
  return {
    decode(code) {
      const field = code % 2 ** bits;
      if (field === off) return 0;
      return field >= first && field <= last ? valueAt(field) : Number.NaN;
    },
    encode(value) {
      if (off !== undefined && value < lowest / 2) return off;
      return clamp(Math.round((value - base) / step) + first, first, last);
    },
    min: off === undefined ? lowest : 0,
    max: Math.max(...ends),
    resolution: Math.abs(step),
  };
}

/** A scale for a code whose bits do not stand together: `gather` brings them together, `scatter` puts them back. */
export const rearranged = (
  scale: Scale,
  gather: (code: number) => number,
  scatter: (field: number) => number,
): Scale => ({
  ...scale,
  decode: (code) => scale.decode(gather(code)),
  encode: (value) => scatter(scale.encode(value)),
});

export interface ReciprocalFacts {
  /** What a count of 1 stands for. */
  readonly at1: number;
  readonly bits?: number;
  readonly shift?: number;
  /** Counts from here on mean that nothing was counted in time: 0. */
  readonly stopped: number;
  /** The greatest value that can be true; that of the count 1 when left out. */
  readonly max?: number;
}

/**
 * `value = at1 / field`: the time of a revolution, counted by a clock. No time at all stands for no value. Counts whose
 * value would be above `max` are garbage.
 */
export function reciprocal({ at1, bits = 16, shift = 0, stopped, max = at1 }: ReciprocalFacts): Scale {
  const step = 2 ** shift;
  const size = 2 ** bits;
  const valueAt = (count: number) => (count >= stopped ? 0 : tidy(at1 / count));
  return {
    decode(code) {
      const count = Math.floor(code / step) % size;
      return count === 0 ? Number.NaN : valueAt(count);
    },
    encode(value) {
      const count = value <= 0 ? stopped : Math.round(at1 / Math.min(value, max));
      return clamp(count, 1, stopped) * step;
    },
    min: 0,
    max: tidy(max),
    resolution: tidy(at1 / (stopped - 1)),
  };
}
