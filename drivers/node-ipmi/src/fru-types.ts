/** A FRU inventory, decoded. */
import type { MultiRecord } from './fru-record-types.ts';
import type { TypedText } from './text.ts';

/**
 * Inventory of a field-replaceable unit, as its EEPROM holds it (IPMI Platform Management FRU Information
 * Storage Definition v1.3). An area that the EEPROM does not have, and an empty field, is absent.
 *
 * `decodeFru` gives every text with its storage encoding; `encodeFru` also takes plain strings, which it
 * stores in the ordinary encoding of the area's language.
 */
export interface Fru<Text = TypedText> {
  /** Internal use area behind its version byte; its end is not stored, so padding is part of it. */
  readonly internal?: Uint8Array | undefined;
  readonly chassis?: ChassisInfo<Text> | undefined;
  readonly board?: BoardInfo<Text> | undefined;
  readonly product?: ProductInfo<Text> | undefined;
  readonly records?: readonly MultiRecord[] | undefined;
}

export interface ChassisInfo<Text = TypedText> {
  /** SMBIOS enclosure type (DSP0134, section 7.4.1): 23 is a rack mount chassis. */
  readonly type: number;
  readonly partNumber?: Text | undefined;
  readonly serialNumber?: Text | undefined;
  readonly custom?: readonly Text[] | undefined;
}

export interface BoardInfo<Text = TypedText> {
  /** Language code (section 15); 0 and 25 are English, and the default. */
  readonly language?: number | undefined;
  /** To the minute. */
  readonly manufactured?: Date | undefined;
  readonly manufacturer?: Text | undefined;
  readonly productName?: Text | undefined;
  readonly serialNumber?: Text | undefined;
  readonly partNumber?: Text | undefined;
  readonly fileId?: Text | undefined;
  readonly custom?: readonly Text[] | undefined;
}

export interface ProductInfo<Text = TypedText> {
  readonly language?: number | undefined;
  readonly manufacturer?: Text | undefined;
  readonly productName?: Text | undefined;
  /** Part or model number. */
  readonly partNumber?: Text | undefined;
  readonly version?: Text | undefined;
  readonly serialNumber?: Text | undefined;
  readonly assetTag?: Text | undefined;
  readonly fileId?: Text | undefined;
  readonly custom?: readonly Text[] | undefined;
}

export type FruArea = 'header' | 'internal' | 'chassis' | 'board' | 'product' | 'records';

/** What is wrong in an EEPROM, and at which byte of it. */
export interface FruFault {
  readonly area: FruArea;
  readonly offset: number;
  readonly message: string;
}

/** What could be read, and what could not. */
export interface DecodedFru extends Fru {
  readonly faults: readonly FruFault[];
}

/** A FRU that cannot be stored: a value in `area` does not fit. */
export class FruError extends Error {
  readonly area: FruArea;

  constructor(area: FruArea, message: string, options?: ErrorOptions) {
    super(`FRU ${area} area: ${message}`, options);
    this.name = 'FruError';
    this.area = area;
  }
}

/** A field's text without surrounding blanks, or null when it is empty or absent. */
export function fruText(field: TypedText | undefined): string | null {
  return field?.text.trim() || null;
}
