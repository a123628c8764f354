/** What a host says of its parts. A value that it has not given is null. */

export interface Cache {
  readonly level: number;
  readonly kib: number;
  readonly type: 'Instruction' | 'Data' | 'Unified' | null;
}

/** A processor socket and what is in it. */
export interface Processor {
  /** Name of the socket by the firmware. */
  readonly socket: string | null;
  readonly present: boolean;
  readonly enabled: boolean;
  readonly manufacturer: string | null;
  readonly model: string | null;
  /** CPUID signature and features, hexadecimal. */
  readonly id: string | null;
  readonly maxMHz: number | null;
  readonly mhz: number | null;
  readonly cores: number | null;
  readonly enabledCores: number | null;
  readonly threads: number | null;
  readonly serialNumber: string | null;
  readonly partNumber: string | null;
  readonly assetTag: string | null;
  /** Protected Processor Inventory Number, hexadecimal. */
  readonly ppin: string | null;
  readonly caches: readonly Cache[];
}

/** Redfish MemoryDeviceType, as far as host firmware names it. */
export type MemoryKind =
  | 'SDRAM'
  | 'DDR'
  | 'DDR2_SDRAM'
  | 'DDR2_SDRAM_FB_DIMM'
  | 'DDR3_SDRAM'
  | 'DDR4_SDRAM'
  | 'DDR5'
  | 'LPDDR3_SDRAM'
  | 'LPDDR4_SDRAM'
  | 'LPDDR5_SDRAM'
  | 'HBM'
  | 'HBM2'
  | 'HBM3';

/** A memory slot and what is in it. */
export interface MemoryModule {
  /** Name of the slot by the firmware. */
  readonly locator: string | null;
  readonly bank: string | null;
  readonly present: boolean;
  readonly mib: number | null;
  readonly type: MemoryKind | null;
  readonly module: 'RDIMM' | 'UDIMM' | 'SO_DIMM' | 'LRDIMM' | null;
  readonly maxMHz: number | null;
  readonly mhz: number | null;
  readonly manufacturer: string | null;
  readonly serialNumber: string | null;
  readonly assetTag: string | null;
  readonly partNumber: string | null;
  readonly ranks: number | null;
  readonly dataWidth: number | null;
  readonly totalWidth: number | null;
  readonly errorCorrection: 'NoECC' | 'SingleBitECC' | 'MultiBitECC' | 'AddressParity' | null;
  /** Place by number, where the host or the descriptor gives it. */
  readonly socket: number | null;
  readonly channel: number | null;
  readonly slot: number | null;
}

export interface PcieSlot {
  readonly name: string | null;
  readonly generation: 'Gen1' | 'Gen2' | 'Gen3' | 'Gen4' | 'Gen5' | null;
  readonly lanes: number | null;
  readonly inUse: boolean | null;
  readonly available: boolean;
  /** PCI address, `0000:3b:00.0`. */
  readonly address: string | null;
}

/** A drive that the host sees. */
export interface HostDrive {
  readonly present: boolean;
  readonly protocol: 'SATA' | 'NVMe' | null;
  readonly model: string | null;
  readonly serialNumber: string | null;
  readonly capacityBytes: number | null;
  readonly firmware: string | null;
}

/** Everything that is shown of an SMBIOS table. */
export interface SmbiosFacts {
  readonly structures: number;
  readonly biosVendor: string | null;
  readonly biosVersion: string | null;
  readonly biosDate: string | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly serialNumber: string | null;
  readonly sku: string | null;
  readonly uuid: string | null;
  readonly boardManufacturer: string | null;
  readonly boardModel: string | null;
  readonly boardSerialNumber: string | null;
  readonly chassisAssetTag: string | null;
  readonly processors: readonly Processor[];
  readonly memory: readonly MemoryModule[];
  readonly slots: readonly PcieSlot[];
  readonly onboard: readonly { readonly name: string; readonly enabled: boolean }[];
  /** Base address of the IPMI interface that the firmware found (type 38), hexadecimal. */
  readonly ipmiAddress: string | null;
  /** Management controller host interfaces (type 42). */
  readonly hostInterfaces: number;
  /** Description of the TPM (type 43). */
  readonly tpm: string | null;
}
