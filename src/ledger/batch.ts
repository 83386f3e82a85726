/** What a block of a branch carries (spec OL-1, D and E). */
import { bytesOf, digestOf, listOf, oneOf, struct, u64, type ValueOf } from '#base'
import { channelLayout, receiptLayout } from './receipt.js'
import { headerLayout } from './header.js'
import { listProofLayout } from './merkle-list.js'
import { tableEntryLayout } from './table.js'
import { orderLayout, transferLayout } from './transfer.js'
import type { Digest } from './synopsis.js'

/**
 * Receipts of one channel, proven to be in a finalized pulse: the pulse's table has the
 * source's header, the header the channel's head, and the head is a hash chain over the receipts.
 */
export const importLayout = struct({
  /** the pulse whose table proves the source's header */
  pulse: u64,
  sourceHeader: headerLayout,
  /** the source's entry in that pulse's table */
  entry: tableEntryLayout,
  entryProof: listProofLayout,
  /** the channel as the source's header commits to it */
  channel: channelLayout,
  channelProof: listProofLayout,
  /** the next ones after the destination's cursor, in order; they end at or before the head */
  receipts: listOf(receiptLayout, 65_536),
  /** hashes of the channel's receipts between the last one here and the head */
  rest: listOf(bytesOf(32), 65_536),
})
export type Import = ValueOf<typeof importLayout>

/** Credits first, in channel order, then orders, then transfers as they came. */
export const batchLayout = struct({
  imports: listOf(importLayout, 4096),
  orders: listOf(orderLayout, 65_536),
  transfers: listOf(transferLayout, 65_536),
})
export type Batch = ValueOf<typeof batchLayout>

export const emptyBatch: Batch = { imports: [], orders: [], transfers: [] }

/**
 * An entry of a block as `bodyRoot` commits to it: a transfer with the receipt it made (sequence 0
 * and the own branch where both accounts are of one branch), a receipt that was credited, an order.
 */
export const entryLayout = oneOf({
  credit: struct({ receipt: bytesOf(32) }),
  order: struct({ order: bytesOf(32) }),
  transfer: struct({
    transfer: bytesOf(32),
    destination: bytesOf(9),
    sequence: u64,
  }),
})
export type Entry = ValueOf<typeof entryLayout>

export const entryHash = (entry: Entry): Digest => digestOf(entryLayout, entry)
