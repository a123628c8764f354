/** FRU inventories of EEPROMs and nodes: names from the descriptor, serial numbers from the seed. */
import { encodeFru } from 'node-ipmi/fru';
import type { FruFacts, NodeFacts, Platform } from '../platform/vocabulary/index.ts';
import { fraction } from './random.ts';

/** SMBIOS enclosure type of a rack mount chassis (DSP0134, table 17). */
const rackMount = 0x17;
const firstDate = Date.UTC(2024, 0, 8);
const week = 7 * 24 * 3600 * 1000;

/** Image of the first FRU of a device, at most `size` bytes; empty without a FRU. */
export function fruImage(board: Platform, device: string, size: number, seed: number): Uint8Array {
  const fru = board.frus?.find((candidate) => candidate.device === device);
  return fru ? image(board, fru, size, seed) : new Uint8Array();
}

/** Size of an inventory in a controller, bytes. */
const nodeFruSize = 512;

/** FRU devices of a node by number; 0 is the node itself. */
export function nodeFrus(board: Platform, node: NodeFacts, seed: number): ReadonlyMap<number, Uint8Array> {
  const own: FruFacts = { id: node.id, name: node.name ?? node.id, node: node.id };
  const declared = (board.frus ?? []).filter((fru) => fru.node === node.id);
  const frus = new Map([own, ...declared].map((fru) => [fru.number ?? 0, fru]));
  return new Map(
    [...frus].map(([number, fru]) => {
      const contents = new Uint8Array(nodeFruSize);
      contents.set(image(board, fru, nodeFruSize, seed));
      return [number, contents];
    }),
  );
}

function image(board: Platform, fru: FruFacts, size: number, seed: number): Uint8Array {
  const { manufacturer, name, isWhole } = naming(board, fru);
  const number = (what: string) => serial(seed, `${fru.id} ${what}`);
  const chassis = {
    type: rackMount,
    partNumber: `${number('chassis part').slice(0, 6)}-C`,
    serialNumber: number('chassis'),
  };
  const boardInfo = {
    manufactured: new Date(firstDate + Math.floor(100 * fraction(seed, `${fru.id} date`)) * week),
    manufacturer,
    productName: name,
    serialNumber: number('board'),
    partNumber: `${number('board part').slice(0, 6)}-B`,
  };
  const product = {
    manufacturer,
    productName: name,
    partNumber: `${number('product part').slice(0, 6)}-P`,
    version: 'A1',
    serialNumber: number('product'),
  };
  const images = [
    encodeFru({ ...(isWhole ? { chassis } : {}), board: boardInfo, product }),
    encodeFru({ board: boardInfo, product }),
    encodeFru({ product }),
  ];
  return images.find((image) => image.length <= size) ?? new Uint8Array();
}

/** Names of a FRU: that of the board when it stands for the whole board, its own otherwise. */
function naming(board: Platform, fru: FruFacts) {
  const host = board.hosts?.find((candidate) => candidate.fru === fru.id);
  const isWhole =
    host !== undefined ||
    board.probe?.fru === fru.id ||
    (board.chassis ?? []).some((chassis) => chassis.fru === fru.id);
  const manufacturer = (isWhole ? host?.manufacturer : undefined) ?? board.manufacturer ?? 'Twin';
  const name = isWhole
    ? board.probe?.fru === fru.id
      ? board.name
      : (host?.model ?? board.name)
    : (fru.name ?? fru.id);
  return { manufacturer: storable(manufacturer), name: storable(name), isWhole };
}

/** Text as a FRU field holds it: at most 63 characters of Latin-1. */
const storable = (text: string) => text.replace(/[^\x20-\x7e\xa0-\xff]/g, '?').slice(0, 63);

function serial(seed: number, key: string): string {
  const digits = '0123456789ABCDEFGHJKLMNPRSTUVWXY';
  return Array.from(
    { length: 12 },
    (_, index) => digits[Math.floor(32 * fraction(seed, `${key} ${index}`))],
  ).join('');
}
