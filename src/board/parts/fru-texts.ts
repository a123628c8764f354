/** The texts that an inventory shows, from the areas of a FRU image. */
import { type DecodedFru, fruText } from 'node-ipmi/fru';
import type { Fru } from '../model/chassis.ts';

export type FruTexts = Omit<Fru, 'id' | 'name' | 'chassis' | 'context' | 'status' | 'fault' | 'image'>;

/** Texts of an inventory that has not been read. */
export const unknownTexts: FruTexts = {
  manufacturer: null,
  model: null,
  partNumber: null,
  serialNumber: null,
  version: null,
  assetTag: null,
  chassisPartNumber: null,
  chassisSerialNumber: null,
  boardManufacturer: null,
  boardModel: null,
  boardPartNumber: null,
  boardSerialNumber: null,
  manufactured: null,
};

/** The texts of a decoded FRU: of the product area, or of the board area where the product area has none. */
export function textsOf({ product, board, chassis }: DecodedFru): FruTexts {
  const boardManufacturer = fruText(board?.manufacturer);
  const boardModel = fruText(board?.productName);
  const boardPartNumber = fruText(board?.partNumber);
  const boardSerialNumber = fruText(board?.serialNumber);
  return {
    manufacturer: fruText(product?.manufacturer) ?? boardManufacturer,
    model: fruText(product?.productName) ?? boardModel,
    partNumber: fruText(product?.partNumber) ?? boardPartNumber,
    serialNumber: fruText(product?.serialNumber) ?? boardSerialNumber,
    version: fruText(product?.version),
    assetTag: fruText(product?.assetTag),
    chassisPartNumber: fruText(chassis?.partNumber),
    chassisSerialNumber: fruText(chassis?.serialNumber),
    boardManufacturer,
    boardModel,
    boardPartNumber,
    boardSerialNumber,
    manufactured: board?.manufactured ?? null,
  };
}
