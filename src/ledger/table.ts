/**
 * The root's table: one entry a branch (spec OL-1, E; paper VIII, account summary information). The
 * pulse's header commits to it by `bodyRoot`, and by `stateRoot` to the whole tree above the
 * branches.
 */
import { bytesOf, encode, listOf, sha256, struct, u32, u64, u8, type ValueOf } from '#base'
import { noSums, type Sums, addSums } from './amount.js'
import { halves, type Prefix, prefixLayout, wholeTree } from './prefix.js'
import { type Digest, upperHash } from './synopsis.js'
import { LedgerError } from './errors.js'

export const entryStates = {
  /** keeps its accounts */
  open: 1,
  /** told to close: its next header must be a closing one */
  closing: 2,
  /** closed, its accounts wait for the branches that take its place */
  closed: 3,
  /** others have its accounts; stays until all its receipts are taken */
  retired: 4,
} as const

export const tableEntryLayout = struct({
  prefix: prefixLayout,
  state: u8,
  headerHash: bytesOf(32),
  height: u64,
  stateRoot: bytesOf(32),
  total: u64,
  bondSum: u64,
  count: u32,
  cumDebit: u64,
  cumOut: u64,
  cumIn: u64,
  /** of cumDebit, what is settled: the cover rule counts the rest */
  settledDebit: u64,
  committee: bytesOf(32),
})
export type TableEntry = ValueOf<typeof tableEntryLayout>

/** Entries in the order of their prefixes (as texts). */
export const tableLayout = listOf(tableEntryLayout, 1024)
export type Table = readonly TableEntry[]

export const tableEntryHash = (entry: TableEntry): Digest => sha256(encode(tableEntryLayout, entry))

const sumsOf = ({ total, bondSum, count }: TableEntry): Sums => ({ total, bond: bondSum, count })

/** Whether the entry's accounts are its own: they count in the tree and in the supply. */
export const isLive = ({ state }: TableEntry): boolean => state !== entryStates.retired

/** A subtree as its parent sees it. */
export interface Side {
  readonly hash: Digest
  readonly sums: Sums
}

/** A node above the branches: its two halves, in one of which the asked branch lies. */
export interface Fork {
  /** where its sides part: the length of its prefix */
  readonly bit: number
  readonly sides: readonly [Side, Side]
}

/**
 * Climbs from the branches to the whole tree.
 *
 * @param passed told of each node that lies above `towards`, from below
 */
function climb(table: Table, towards?: Prefix, passed?: (fork: Fork) => void): Side {
  const live = table.filter(isLive)
  const below = (prefix: Prefix, from: number, to: number): Side => {
    if (from === to) {
      throw new LedgerError('PREFIX_INVALID', `no branch keeps the accounts below "${prefix}"`)
    }
    const first = live[from]
    if (first.prefix === prefix) {
      if (to - from > 1) {
        throw new LedgerError('PREFIX_INVALID', `two branches keep accounts below "${prefix}"`)
      }
      return { hash: first.stateRoot, sums: sumsOf(first) }
    }
    const [zero, one] = halves(prefix)
    let middle = from
    while (middle < to && live[middle].prefix.startsWith(zero)) middle++
    const sides = [below(zero, from, middle), below(one, middle, to)] as const
    if (towards !== undefined && towards !== prefix && towards.startsWith(prefix)) {
      passed?.({ bit: prefix.length, sides })
    }
    const [left, right] = sides
    return { hash: upperHash(prefix.length, left, right), sums: addSums(left.sums, right.sums) }
  }
  return below(wholeTree, 0, live.length)
}

/**
 * The root of the whole tree with its sums.
 *
 * @param table its entries in order
 * @throws LedgerError PREFIX_INVALID where branches leave a gap, overlap or are out of order
 */
export const treeAbove = (table: Table): Side => climb(table)

/** The nodes above a branch, from below. @throws LedgerError PREFIX_INVALID as `treeAbove` */
export function forksAbove(table: Table, prefix: Prefix): readonly Fork[] {
  const forks: Fork[] = []
  climb(table, prefix, (fork) => forks.push(fork))
  return forks
}

/** Sums over all entries, the retired ones' flows included. */
export function totals(table: Table): Sums & { cumDebit: bigint; cumOut: bigint; cumIn: bigint } {
  let sums = noSums
  let [cumDebit, cumOut, cumIn] = [0n, 0n, 0n]
  for (const entry of table) {
    if (isLive(entry)) sums = addSums(sums, sumsOf(entry))
    cumDebit += entry.cumDebit
    cumOut += entry.cumOut
    cumIn += entry.cumIn
  }
  return { ...sums, cumDebit, cumOut, cumIn }
}
