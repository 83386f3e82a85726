/**
 * Receipts: what one branch owes to accounts of another, in one ordered channel for each pair
 * (source, destination) (spec OL-1, D and F). A channel's head is a chain of hashes, so that a run
 * of receipts is proven by the one head that the source's header commits to.
 */
import { bytesOf, concat, digestOf, sha256, struct, u64, u8, type ValueOf } from '#base'
import { prefixLayout } from './prefix.js'
import type { Digest } from './synopsis.js'

/** Why a receipt is there. */
export const receiptKinds = {
  /** a transfer's amount */
  credit: 1,
  /** an amount that nobody could take, back to its payer */
  giveBack: 2,
  /** the fees of one batch, to the treasury */
  fee: 3,
} as const

export const receiptLayout = struct({
  org: bytesOf(20),
  source: prefixLayout,
  destination: prefixLayout,
  kind: u8,
  /** place in its channel, from 1 */
  sequence: u64,
  /** all amounts of the channel up to and with this one */
  cumulative: u64,
  /** transfer that it comes from; of fees: the batch's root of transfers */
  cause: bytesOf(32),
  payer: bytesOf(20),
  payee: bytesOf(20),
  amount: u64,
})
export type Receipt = ValueOf<typeof receiptLayout>

export const receiptHash = (receipt: Receipt): Digest => digestOf(receiptLayout, receipt)

/** Where a channel stands: at its source what was sent, at its destination what was taken. */
export const channelLayout = struct({
  source: prefixLayout,
  destination: prefixLayout,
  sequence: u64,
  cumulative: u64,
  /** hash chain over all receipts so far; zero before the first */
  head: bytesOf(32),
})
export type Channel = ValueOf<typeof channelLayout>

export const emptyChannel = (
  source: Channel['source'],
  destination: Channel['source'],
): Channel => ({
  source,
  destination,
  sequence: 0n,
  cumulative: 0n,
  head: new Uint8Array(32),
})

/** The channel after one more receipt. The receipt must be the channel's next. */
export const extend = (channel: Channel, receipt: Receipt): Channel => ({
  ...channel,
  sequence: receipt.sequence,
  cumulative: receipt.cumulative,
  head: sha256(concat(channel.head, receiptHash(receipt))),
})

/** Whether this receipt is the channel's next. */
export const follows = (channel: Channel, receipt: Receipt): boolean =>
  receipt.source === channel.source &&
  receipt.destination === channel.destination &&
  receipt.sequence === channel.sequence + 1n &&
  receipt.amount > 0n &&
  receipt.cumulative === channel.cumulative + receipt.amount

export const channelHash = (channel: Channel): Digest => digestOf(channelLayout, channel)
