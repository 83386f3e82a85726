/**
 * The rows of the root's post. Numbers in keys are big-endian.
 *
 *   root|R| pulse     the pulse's block, sealed; its body has the table: kept for ever
 *   root|S| branch    a branch's included header and channels, as of the checkpoint
 *   root|K|           the checkpoint: a pulse, and what was being reorganised
 */
import { concat, decode, encode, fromText, type Layout, listOf, struct, toText, u64 } from '#base'
import {
  channelLayout,
  headerLayout,
  type Prefix,
  prefixLayout,
  type Row,
  type Table,
  toPrefix,
} from '#ledger'
import type { Genesis } from '#organization'
import { type SealedBlock, sealedBlockLayout } from '../messages.js'
import type { PostDisk } from '../post.js'
import { nextState } from './next-state.js'
import { beginning, rootBodyLayout, type RootState, sentBy, type Source } from './state.js'
import { SourceBook } from './source-book.js'

/** Pulses between two checkpoints: a restart computes so many anew at most. */
export const checkpointEvery = 16n

/** A stored pulse. */
export interface PulseRow {
  readonly sealed: SealedBlock
  readonly table: Table
}

const sourceLayout = struct({ header: headerLayout, channels: listOf(channelLayout, 4096) })

const checkpointLayout = struct({
  pulse: u64,
  reorganisations: listOf(
    struct({ pulse: u64, from: listOf(prefixLayout, 2), to: listOf(prefixLayout, 2) }),
    1024,
  ),
})

const pulseArea = fromText('root|R|')
const sourceArea = fromText('root|S|')
const checkpointKey = fromText('root|K|')

function pulseKey(pulse: bigint): Uint8Array {
  const key = new Uint8Array(pulseArea.length + 8)
  key.set(pulseArea)
  new DataView(key.buffer).setBigUint64(pulseArea.length, pulse)
  return key
}

/** The row that keeps a pulse. */
export const pulseRow = ({ sealed }: PulseRow): Row => ({
  key: pulseKey(sealed.block.header.pulseSeen),
  value: encode(sealedBlockLayout, sealed),
})

/** Rows of a checkpoint. @param changed branches that changed since the last one */
export const checkpointRows = (
  { header, sources, reorganisations }: RootState,
  changed: Iterable<Prefix>,
): readonly Row[] => [
  ...[...changed].flatMap((prefix) => {
    const source = sources.get(prefix)
    if (source === undefined) return []
    const value = encode(sourceLayout, { header: source.header, channels: source.book.list })
    return [{ key: concat(sourceArea, fromText(prefix)), value }]
  }),
  {
    key: checkpointKey,
    value: encode(checkpointLayout, { pulse: header.pulseSeen, reorganisations }),
  },
]

type Reading = Pick<PostDisk['rows'], 'get'>

function read<T>(rows: Reading, key: Uint8Array, layout: Layout<T>): T | undefined {
  const value = rows.get(key)
  if (value === undefined) return undefined
  try {
    return decode(layout, value)
  } catch {
    return undefined
  }
}

/** A stored pulse; undefined where there is none or it is damaged. */
export function readPulse(rows: Reading, pulse: bigint): PulseRow | undefined {
  const sealed = read(rows, pulseKey(pulse), sealedBlockLayout)
  return sealed && { sealed, table: decode(rootBodyLayout, sealed.block.body).table }
}

async function readCheckpoint(rows: PostDisk['rows']): Promise<RootState | undefined> {
  const checkpoint = read(rows, checkpointKey, checkpointLayout)
  const row = checkpoint && readPulse(rows, checkpoint.pulse)
  if (checkpoint === undefined || row === undefined) return undefined
  const sources = new Map<Prefix, Source>()
  const range = { from: sourceArea, to: fromText('root|S}') }
  for await (const [key, value] of rows.scan(range)) {
    const { header, channels } = decode(sourceLayout, value)
    const prefix = toPrefix(toText(key.subarray(sourceArea.length)))
    sources.set(prefix, { header, book: SourceBook.of(channels) })
  }
  return {
    header: row.sealed.block.header,
    table: row.table,
    sources,
    reorganisations: checkpoint.reorganisations,
    sent: sentBy(sources),
  }
}

/** What a restart begins with. */
export interface Restored {
  readonly state: RootState
  /** branches that changed since the checkpoint */
  readonly changed: ReadonlySet<Prefix>
}

/** The newest pulse that is whole on this disk: the checkpoint, and the blocks after it again. */
export async function restore(genesis: Genesis, rows: PostDisk['rows']): Promise<Restored> {
  const zero = beginning(genesis)
  let state = (await readCheckpoint(rows)) ?? zero
  const changed = new Set<Prefix>()
  if (state.header.height === 0n) for (const prefix of zero.sources.keys()) changed.add(prefix)
  const tableAt = (pulse: bigint): Table | undefined => readPulse(rows, pulse)?.table
  for (;;) {
    const row = readPulse(rows, state.header.pulseSeen + 1n)
    if (row === undefined) return { state, changed }
    const { header, body } = row.sealed.block
    const { included } = decode(rootBodyLayout, body)
    const frame = { seating: genesis.seating, view: header.view, time: header.time, tableAt }
    state = nextState(state, included, frame)
    for (const one of included) changed.add(one.header.prefix)
  }
}
