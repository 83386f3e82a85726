/**
 * The rows of a branch's post beside those of the snapshot store. Numbers in keys are big-endian,
 * so that the store's order is theirs.
 *
 *   branch|B| cycle height   a finalized block: a branch that opens anew counts from 0 again
 *   branch|P| pulse          a finalized pulse with its table
 *   branch|I| pulse          heights that the pulse included
 *   branch|J| cycle height   the pulse that included the height
 *   branch|T| id             where a transfer or order was finalized
 *   branch|C|                checkpoint: where a restart begins
 *   branch|A|                a whole state that was learnt and is in no pulse yet
 *   branch|O|                the opening that this node has signed
 */
import {
  blobOf,
  bytesOf,
  concat,
  decode,
  encode,
  fromText,
  type Layout,
  listOf,
  struct,
  u32,
  u64,
  type ValueOf,
} from '#base'
import {
  certificateLayout,
  headerLayout,
  prefixLayout,
  type Row,
  sealedPulseLayout,
  tableLayout,
} from '#ledger'
import type { KeyValue } from '#world'
import { bodyLimit, sealedBlockLayout, stateLimit } from '../messages.js'

export const knownPulseLayout = struct({ sealed: sealedPulseLayout, table: tableLayout })

/** Heights from (exclusive) and to (inclusive) that a pulse brought. */
export const includedLayout = struct({ cycle: u32, from: u64, to: u64 })

/** Where a transfer or order went. */
export const placeLayout = struct({
  cycle: u32,
  height: u64,
  /** the own branch where no receipt was sent */
  destination: prefixLayout,
  sequence: u64,
})
export type Place = ValueOf<typeof placeLayout>

const takenLayout = struct({
  source: prefixLayout,
  destination: prefixLayout,
  /** the branch that has said so */
  by: prefixLayout,
  sequence: u64,
})
export type Taken = ValueOf<typeof takenLayout>

export const checkpointLayout = struct({
  pulse: u64,
  header: headerLayout,
  certificate: certificateLayout,
  image: blobOf(bodyLimit),
  taken: listOf(takenLayout, 65_536),
})
export type Checkpoint = ValueOf<typeof checkpointLayout>

/** A state that was learnt from others. */
export const learntLayout = struct({
  header: headerLayout,
  certificate: certificateLayout,
  accounts: blobOf(stateLimit),
  image: blobOf(bodyLimit),
})
export type Learnt = ValueOf<typeof learntLayout>

export const signedOpeningLayout = struct({ cycle: u32, hash: bytesOf(32) })
export const pulseOfLayout = struct({ pulse: u64 })

const key = (kind: string): Uint8Array => fromText(`branch|${kind}|`)

function numbered(area: Uint8Array, number: bigint, gap = 0): Uint8Array {
  const bytes = new Uint8Array(area.length + gap + 8)
  bytes.set(area)
  new DataView(bytes.buffer).setBigUint64(area.length + gap, number)
  return bytes
}

function placed(area: Uint8Array, cycle: number, height: bigint): Uint8Array {
  const bytes = numbered(area, height, 4)
  new DataView(bytes.buffer).setUint32(area.length, cycle)
  return bytes
}

const areas = { block: key('B'), pulse: key('P'), included: key('I'), pulseOf: key('J') }
const placeArea = key('T')

export const rowKeys = {
  block: (cycle: number, height: bigint) => placed(areas.block, cycle, height),
  pulse: (pulse: bigint) => numbered(areas.pulse, pulse),
  included: (pulse: bigint) => numbered(areas.included, pulse),
  pulseOf: (cycle: number, height: bigint) => placed(areas.pulseOf, cycle, height),
  place: (id: Uint8Array) => concat(placeArea, id),
  checkpoint: key('C'),
  learnt: key('A'),
  opening: key('O'),
}

export const rowOf = <T>(at: Uint8Array, layout: Layout<T>, value: T): Row => ({
  key: at,
  value: encode(layout, value),
})
export const removed = (at: Uint8Array): Row => ({ key: at, value: undefined })

type Reading = Pick<KeyValue, 'get'>

/** A row's value; undefined where there is none or it is damaged. */
export function readRow<T>(rows: Reading, at: Uint8Array, layout: Layout<T>): T | undefined {
  const value = rows.get(at)
  if (value === undefined) return undefined
  try {
    return decode(layout, value)
  } catch {
    return undefined
  }
}

/** A finalized block by its height. */
export const readBlock = (rows: Reading, cycle: number, height: bigint) =>
  readRow(rows, rowKeys.block(cycle, height), sealedBlockLayout)

/** The newest pulse that is stored. */
export async function newestPulse(rows: Pick<KeyValue, 'scan'>) {
  const range = { from: areas.pulse, to: numbered(areas.pulse, 2n ** 64n - 1n), reverse: true }
  for await (const [, value] of rows.scan(range)) {
    try {
      return decode(knownPulseLayout, value)
    } catch {
      // A damaged one is fetched anew; the one before it will do to begin with.
    }
  }
  return undefined
}
