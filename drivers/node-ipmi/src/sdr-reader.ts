/** Reads all sensor data records of a controller. */
import { hasCode, isRefusal, RESTARTS, walk } from './chain.ts';
import { run } from './command.ts';
import {
  getDeviceSdr,
  getSdr,
  getSdrInfo,
  type RepositoryInfo,
  reserveDeviceSdr,
  reserveSdr,
} from './commands/storage.ts';
import { COMPLETION } from './completion.ts';
import type { Target } from './message.ts';
import { RecordReader, type RecordStore } from './record-reader.ts';
import type { Sdr } from './sdr.ts';
import { decodeSdr } from './sdr-decode.ts';
import { SDR_HEADER } from './sdr-layout.ts';

const length = (bytes: Uint8Array): number =>
  SDR_HEADER + (bytes.length < SDR_HEADER ? 0 : (bytes[SDR_HEADER - 1] ?? 0));
const REPOSITORY: RecordStore = { get: getSdr, reserve: reserveSdr, length };
const DEVICE: RecordStore = { get: getDeviceSdr, reserve: reserveDeviceSdr, length };

/**
 * All sensor data records, from the SDR repository or, with `device`, from the controller's own. Records are read whole
 * where the controller can, in parts where it cannot, without a reservation where it refuses one. The repository is read
 * again when it changed meanwhile. `each` receives every record as soon as it is there.
 *
 * A record that cannot be read is of kind `other` with the reason as its `fault`; the others are not affected.
 *
 * @throws IpmiError when no record can be read, or the controller cannot be reached.
 */
export async function readSdrs(
  target: Target,
  options: { readonly device?: boolean; readonly each?: (sdr: Sdr) => void } = {},
): Promise<readonly Sdr[]> {
  const isDevice = options.device === true;
  for (let attempt = 0; ; attempt++) {
    const before = isDevice ? undefined : await repositoryInfo(target);
    try {
      const sdrs = await readOnce(target, isDevice ? DEVICE : REPOSITORY, before?.records, options.each);
      if (before === undefined || attempt >= RESTARTS) return sdrs;
      if (isSame(before, await repositoryInfo(target))) return sdrs;
    } catch (error) {
      const isChanged = hasCode(error, COMPLETION.invalidReservation, COMPLETION.notPresent);
      if (!isChanged || attempt >= RESTARTS) throw error;
    }
  }
}

async function readOnce(
  target: Target,
  store: RecordStore,
  count: number | undefined,
  each: ((sdr: Sdr) => void) | undefined,
): Promise<readonly Sdr[]> {
  const reader = new RecordReader(target, store);
  const sdrs: Sdr[] = [];
  const unread = await walk(
    (record) => reader.read(record),
    0,
    count ?? Number.POSITIVE_INFINITY,
    (_record, { data }) => {
      const sdr = decodeSdr(data);
      sdrs.push(sdr);
      each?.(sdr);
    },
  );
  const faults = unread.map(({ record, error }): Sdr => {
    const fault = `the record cannot be read: ${error.message}`;
    return { kind: 'other', recordId: record, recordType: 0, data: new Uint8Array(), fault };
  });
  return [...sdrs, ...faults];
}

/** Undefined when the controller refuses it: then changes of the repository go unnoticed. */
async function repositoryInfo(target: Target): Promise<RepositoryInfo | undefined> {
  try {
    return await run(target, getSdrInfo, undefined);
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

function isSame(before: RepositoryInfo, after: RepositoryInfo | undefined): boolean {
  return (
    after !== undefined &&
    before.records === after.records &&
    before.added === after.added &&
    before.erased === after.erased
  );
}
