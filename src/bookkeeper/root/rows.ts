/**
 * The rows of the root's post. Numbers in keys are big-endian.
 *
 *   root|R| pulse     the pulse's block, sealed; its body has the table: kept for ever
 *   root|S| branch    a branch's included header and channels, as of the checkpoint
 *   root|K|           the checkpoint: a pulse, and what was being reorganised
 */
import { concat, decode, encode, equal, fromText, type Layout, listOf, struct, u64 } from '#base'
import {
  channelLayout,
  headerLayout,
  listRoot,
  type Prefix,
  prefixLayout,
  type Row,
  type Table,
  tableEntryHash,
} from '#ledger'
import type { Genesis, Seating } from '#organization'
import { type Block, type SealedBlock, sealedBlockLayout } from '../messages.js'
import type { PostDisk } from '../post.js'
import { nextState } from './next-state.js'
import { beginning, rootBodyLayout, type RootState, sentBy, type Source } from './state.js'
import { SourceBook } from './source-book.js'
import { hashOf } from './steps.js'

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
  return value && readBytes(value, layout)
}

function readBytes<T>(bytes: Uint8Array, layout: Layout<T>): T | undefined {
  try {
    return decode(layout, bytes)
  } catch {
    return undefined
  }
}

/** A stored pulse; undefined where there is none or it is damaged. */
export function readPulse(rows: Reading, pulse: bigint): PulseRow | undefined {
  const sealed = read(rows, pulseKey(pulse), sealedBlockLayout)
  const body = sealed && readBytes(sealed.block.body, rootBodyLayout)
  if (sealed === undefined || body === undefined) return undefined
  const { table } = body
  const isWhole = equal(sealed.block.header.bodyRoot, listRoot(table.map(tableEntryHash)))
  return isWhole ? { sealed, table } : undefined
}

/** The branches of a table; undefined where one of them is damaged. */
function readSources(rows: Reading, table: Table): ReadonlyMap<Prefix, Source> | undefined {
  const sources = new Map<Prefix, Source>()
  for (const { prefix, headerHash } of table) {
    const row = read(rows, concat(sourceArea, fromText(prefix)), sourceLayout)
    if (row === undefined || !equal(hashOf(row.header), headerHash)) return undefined
    const book = SourceBook.of(row.channels)
    if (!equal(book.root, row.header.channelRoot)) return undefined
    sources.set(prefix, { header: row.header, book })
  }
  return sources
}

function readCheckpoint(rows: Reading): RootState | undefined {
  const checkpoint = read(rows, checkpointKey, checkpointLayout)
  const row = checkpoint && readPulse(rows, checkpoint.pulse)
  const sources = row && readSources(rows, row.table)
  if (checkpoint === undefined || row === undefined || sources === undefined) return undefined
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

/**
 * The newest pulse that is whole on this disk: the checkpoint, and the blocks after it again. What
 * is damaged, and all after it, comes from the other members.
 */
export function restore(genesis: Genesis, rows: Reading): Restored {
  const zero = beginning(genesis)
  let state = readCheckpoint(rows) ?? zero
  const changed = new Set<Prefix>()
  if (state.header.height === 0n) for (const prefix of zero.sources.keys()) changed.add(prefix)
  const tableAt = (pulse: bigint): Table | undefined => readPulse(rows, pulse)?.table
  for (;;) {
    const row = readPulse(rows, state.header.pulseSeen + 1n)
    const next = row && again(state, row.sealed.block, genesis.seating, tableAt)
    if (next === undefined) return { state, changed }
    for (const [prefix, source] of next.sources) {
      if (source !== state.sources.get(prefix)) changed.add(prefix)
    }
    state = next
  }
}

/** The state after a stored block; undefined where the block is damaged. */
function again(
  state: RootState,
  { header, body }: Block,
  seating: Seating,
  tableAt: (pulse: bigint) => Table | undefined,
): RootState | undefined {
  try {
    const { included } = decode(rootBodyLayout, body)
    const { view, time } = header
    const next = nextState(state, included, { seating, view, time, tableAt })
    return equal(hashOf(next.header), hashOf(header)) ? next : undefined
  } catch {
    return undefined
  }
}
