/**
 * What the root knows at one pulse. A value that never changes: consensus may try pulses that never
 * become final. All of it follows from the beginning and the bodies of the blocks since.
 */
import { listOf, struct, type ValueOf } from '#base'
import {
  type Channel,
  channelLayout,
  type Header,
  headerLayout,
  type Prefix,
  type Table,
  tableLayout,
} from '#ledger'
import type { Genesis } from '#organization'
import { SourceBook } from './source-book.js'

/** A branch's newest header that is in the table, with the channels that changed since the last. */
export const includedLayout = struct({
  header: headerLayout,
  channels: listOf(channelLayout, 4096),
})
export type Included = ValueOf<typeof includedLayout>

/**
 * The body of a root's block: the table that its header commits to, and what is new in it. Whoever
 * has the state before gets the state after from `included` alone.
 */
export const rootBodyLayout = struct({
  table: tableLayout,
  included: listOf(includedLayout, 1024),
})

/** A branch as the table has it. */
export interface Source {
  readonly header: Header
  /** out of the branch, as of the header */
  readonly book: SourceBook
}

/** Branches that are told to close, and those that take their place. */
export interface Reorganisation {
  /** from this pulse on they accept nothing more */
  readonly pulse: bigint
  readonly from: readonly Prefix[]
  readonly to: readonly Prefix[]
}

export interface RootState {
  /** of the pulse */
  readonly header: Header
  readonly table: Table
  /** of all branches in the table, the retired ones too */
  readonly sources: ReadonlyMap<Prefix, Source>
  readonly reorganisations: readonly Reorganisation[]
  /** by destination: all that was ever sent there */
  readonly sent: ReadonlyMap<Prefix, bigint>
}

/** By destination: the sum of all channels that lead there. */
export function sentBy(sources: ReadonlyMap<Prefix, Source>): ReadonlyMap<Prefix, bigint> {
  const sent = new Map<Prefix, bigint>()
  const add = ({ destination, cumulative }: Channel): void => {
    sent.set(destination, (sent.get(destination) ?? 0n) + cumulative)
  }
  for (const { book } of sources.values()) book.list.forEach(add)
  return sent
}

/** The root at pulse 0. */
export function beginning({ root, table, headers }: Genesis): RootState {
  const sources = new Map<Prefix, Source>()
  for (const [prefix, header] of headers) sources.set(prefix, { header, book: SourceBook.of([]) })
  return { header: root, table, sources, reorganisations: [], sent: new Map() }
}
