/**
 * Twin Lakes, the one-socket card of Yosemite V2, as its bridge IC reports it. Numbers and names of sensors, and the
 * order of GPIO lines, are those of facebook/openbmc (meta-facebook/meta-fby2, bic.h and fby2_gpio.h). Ranges,
 * thresholds and nominal values are plausible for such a card; the limits of air, processor and memory lie above the
 * tables of its fan control (FSC_FBY2_MP_4TL_config.json).
 */
import {
  current,
  discrete,
  ENTITY,
  EVENTS,
  eventOnly,
  type NodeSensorFacts,
  power,
  rail,
  temperature,
} from './facts.ts';

const { processor, disk, systemBoard, memory, memoryDevice, powerModule, battery, inlet } = ENTITY;

const hot = (upperCritical: number) => ({ upperCritical });

const regulator = (instance: number) => [powerModule, instance] as const;
const vrTemperature = (number: number, name: string, instance: number) =>
  temperature(number, name, regulator(instance), {
    context: 'VoltageRegulator',
    thresholds: hot(100),
  });
/** Current and power of a regulator: limit, and value at full load. */
const vrCurrent = (number: number, name: string, instance: number, limit: number, nominal: number) =>
  current(1.25 * limit)(number, name, regulator(instance), {
    context: 'VoltageRegulator',
    thresholds: hot(limit),
    nominal,
  });
const vrPower = (number: number, name: string, instance: number, limit: number, nominal: number) =>
  power(1.25 * limit)(number, name, regulator(instance), {
    context: 'VoltageRegulator',
    thresholds: hot(limit),
    nominal,
  });
const dimm = (number: number, name: string, instance: number) =>
  temperature(number, name, [memoryDevice, instance], { context: 'Memory', thresholds: hot(85) });

const tjMax = 98;

export const twinLakesSensors: readonly NodeSensorFacts[] = [
  temperature(0x01, 'MB_INLET_TEMP', [inlet, 1], { context: 'Intake', thresholds: hot(50), standby: true }),
  vrTemperature(0x02, 'VCCIN_VR_TEMP', 1),
  vrTemperature(0x03, 'VCCSA_VR_TEMP', 2),
  vrTemperature(0x04, '1V05_PCH_VR_TEMP', 3),
  temperature(0x05, 'SOC_TEMP', [processor, 1], { context: 'CPU', thresholds: hot(100) }),
  vrTemperature(0x06, 'VNN_PCH_VR_TEMP', 4),
  temperature(0x07, 'MB_OUTLET_TEMP', [systemBoard, 1], {
    context: 'Exhaust',
    thresholds: hot(90),
    standby: true,
  }),
  temperature(0x08, 'PCH_TEMP', [systemBoard, 2], { context: 'ASIC', thresholds: hot(90) }),
  temperature(0x09, 'SOC_THERM_MARGIN', [processor, 1], {
    context: 'CPU',
    thresholds: hot(-2),
    nominal: 42,
    below: tjMax,
  }),
  vrTemperature(0x0a, 'VDDR_DE_VR_TEMP', 5),
  vrTemperature(0x0b, 'VDDR_AB_VR_TEMP', 6),
  temperature(0x0d, 'MB_OUTLET_TEMP_B', [systemBoard, 3], {
    context: 'Exhaust',
    thresholds: hot(90),
    standby: true,
  }),
  temperature(0x0e, 'NVME1_CTEMP', [disk, 1], { context: 'StorageDevice', thresholds: hot(75) }),
  temperature(0x0f, 'NVME2_CTEMP', [disk, 2], { context: 'StorageDevice', thresholds: hot(75) }),
  discrete(0x10, 'SYSTEM_STATUS', 0xc0, 0x0f, { standby: true }),
  eventOnly(0x17, 'SPS_FW_HLTH', 0xdc, { eventType: 0x75 }),
  vrCurrent(0x20, 'VCCIO_VR_CURR', 7, 24, 10),
  vrCurrent(0x21, 'VDDR_AB_VR_CURR', 6, 50, 18),
  vrPower(0x22, 'VCCIN_VR_POUT', 1, 135, 75),
  vrCurrent(0x23, 'VCCIN_VR_CURR', 1, 80, 42),
  rail(1.8, 0x24, 'VCCIN_VR_VOL', { context: 'VoltageRegulator' }),
  vrCurrent(0x26, 'VCCSA_VR_CURR', 2, 16, 7),
  vrCurrent(0x27, 'VNN_PCH_VR_CURR', 4, 14, 5),
  power(300)(0x29, 'INA230_POWER', [systemBoard, 1], {
    context: 'SystemBoard',
    thresholds: hot(240),
    nominal: 130,
    standby: true,
  }),
  rail(12.3, 0x2a, 'INA230_VOL', { context: 'SystemBoard', standby: true }),
  eventOnly(0x2b, 'POST_ERR', 0x0f),
  power(200)(0x2c, 'SOC_PACKAGE_PWR', [processor, 1], {
    context: 'CPU',
    thresholds: hot(150),
    nominal: 80,
  }),
  temperature(0x30, 'SOC_TJMAX', [processor, 1], { context: 'CPU', nominal: tjMax, constant: true }),
  vrPower(0x32, 'VDDR_AB_VR_POUT', 6, 60, 22),
  vrCurrent(0x33, 'VDDR_DE_VR_CURR', 5, 50, 18),
  rail(1.2, 0x34, 'VDDR_DE_VR_VOL', { context: 'VoltageRegulator' }),
  vrCurrent(0x35, '1V05_PCH_VR_CURR', 3, 20, 8),
  rail(1.05, 0x36, '1V05_PCH_VR_VOL', { context: 'VoltageRegulator' }),
  vrTemperature(0x37, 'VCCIO_VR_TEMP', 7),
  vrPower(0x38, 'VCCSA_VR_POUT', 2, 16, 6),
  vrPower(0x39, 'VCCIO_VR_POUT', 7, 24, 10),
  vrPower(0x3a, 'VDDR_DE_VR_POUT', 5, 60, 22),
  eventOnly(0x3b, 'POWER_THRESH_EVT', 0x09, { eventType: EVENTS.limit }),
  vrPower(0x3c, 'VNN_PCH_VR_POUT', 4, 14, 5),
  eventOnly(0x40, 'MACHINE_CHK_ERR', 0x07, { entity: [processor, 1] }),
  eventOnly(0x41, 'PCIE_ERR', 0x13),
  vrPower(0x42, '1V05_PCH_VR_POUT', 3, 21, 8),
  eventOnly(0x43, 'OTHER_IIO_ERR', 0x13),
  rail(0.85, 0x4b, 'VCCSA_VR_VOL', { context: 'VoltageRegulator' }),
  rail(1, 0x4c, 'VNN_PCH_VR_VOUT', { context: 'VoltageRegulator' }),
  eventOnly(0x51, 'PROC_HOT_EXT', 0x07, { entity: [processor, 1] }),
  rail(1, 0x54, 'VCCIO_VR_VOL', { context: 'VoltageRegulator' }),
  rail(1.2, 0x55, 'VDDR_AB_VR_VOL', { context: 'VoltageRegulator' }),
  eventOnly(0x56, 'POWER_ERR', 0x09),
  eventOnly(0x63, 'MEM_ECC_ERR', 0x0c, { entity: [memory, 1] }),
  discrete(0x65, 'PROC_FAIL', 0x07, 0x90, { entity: [processor, 1] }),
  discrete(0x7e, 'SYS_BOOT_STAT', 0x1d, 0x1f),
  temperature(0xa0, 'HOST_BOOT_TEMP', [disk, 3], {
    context: 'StorageDevice',
    thresholds: hot(80),
  }),
  discrete(0xb2, 'VR_HOT', 0x01, 0x03, { eventType: EVENTS.asserted }),
  discrete(0xb3, 'CPU_DIMM_HOT', 0x01, 0x03, { eventType: EVENTS.asserted }),
  dimm(0xb4, 'SOC_DIMMA0_TEMP', 1),
  dimm(0xb5, 'SOC_DIMMA1_TEMP', 2),
  dimm(0xb6, 'SOC_DIMMB0_TEMP', 3),
  dimm(0xb7, 'SOC_DIMMB1_TEMP', 4),
  dimm(0xb8, 'SOC_DIMMD0_TEMP', 5),
  dimm(0xb9, 'SOC_DIMMD1_TEMP', 6),
  dimm(0xba, 'SOC_DIMME0_TEMP', 7),
  dimm(0xbb, 'SOC_DIMME1_TEMP', 8),
  rail(3.3, 0xd0, 'P3V3_MB'),
  rail(12.3, 0xd2, 'P12V_MB', { standby: true }),
  rail(1.05, 0xd3, 'P1V05_PCH'),
  rail(3.3, 0xd5, 'P3V3_STBY_MB', { standby: true }),
  rail(1.2, 0xd6, 'PVDDR_DE'),
  rail(3, 0xd7, 'PV_BAT', { context: 'Battery', entity: [battery, 1], standby: true }),
  rail(1.2, 0xd8, 'PVDDR_AB'),
  rail(1, 0xd9, 'PVNN_PCH'),
  eventOnly(0xeb, 'CAT_ERR', 0x07, { entity: [processor, 1] }),
];

/** Lines of the bridge IC, bit 0 first. */
export const twinLakesLines = [
  'PWRGD_COREPWR',
  'PWRGD_PCH_PWROK',
  'PVDDR_AB_VRHOT_N',
  'PVDDR_DE_VRHOT_N',
  'PVCCIN_VRHOT_N',
  'FM_THROTTLE_N',
  'FM_PCH_BMC_THERMTRIP_N',
  'H_MEMHOT_CO_N',
  'FM_CPU0_THERMTRIP_LVT3_N',
  'CPLD_PCH_THERMTRIP',
  'FM_CPLD_FIVR_FAULT',
  'FM_CPU_CATERR_N',
  'FM_CPU_ERROR_2',
  'FM_CPU_ERROR_1',
  'FM_CPU_ERROR_0',
  'FM_SLPS4_N',
  'FM_NMI_EVENT_BMC_N',
  'FM_SMI_BMC_N',
  'PLTRST_N',
  'FP_RST_BTN_N',
  'RST_BTN_BMC_OUT_N',
  'FM_BIOS_POST_COMPT_N',
  'FM_SLPS3_N',
  'PWRGD_PVCCIN',
  'FM_BACKUP_BIOS_SEL_N',
  'FM_EJECTOR_LATCH_DETECT_N',
  'BMC_RESET',
  'FM_JTAG_BIC_TCK_MUX_SEL_N',
  'BMC_READY_N',
  'BMC_COM_SW_N',
  'RST_I2C_MUX_N',
  'XDP_BIC_PREQ_N',
  'XDP_BIC_TRST',
  'FM_SYS_THROTTLE_LVC3',
  'XDP_BIC_PRDY_N',
  'XDP_PRSNT_IN_N',
  'XDP_PRSNT_OUT_N',
  'XDP_BIC_PWR_DEBUG_N',
  'FM_BIC_JTAG_SEL_N',
  'FM_PCIE_BMC_RELINK_N',
  'FM_DISABLE_PCH_VR',
  'FM_BIC_RST_RTCRST',
  'FM_BIC_ME_RCVR',
  'RST_RSMRST_PCH_N',
] as const;

/** Port 0x80 of a boot, the first code first; the last one is that of the operating system. */
export const twinLakesPostCodes = [
  0x02, 0x03, 0x06, 0x19, 0x31, 0x4f, 0x60, 0x68, 0x79, 0x92, 0xa0, 0xb2, 0xad, 0xaa,
] as const;
