/**
 * A branch's channels for those that receipts are for: kept receipts, and the channels as headers
 * of the last heights commit to them, since a pulse proves an older header than the newest.
 */
import type { Channel, Header, Import, Prefix, Receipt } from '#ledger'
import type { KnownPulse } from './branch-ledger.js'
import type { ChannelBook } from './channels.js'
import type { KeptReceipts } from './channels-kept.js'
import { makeImport } from './imports.js'

/** Heights that are remembered at most: more than a branch may be ahead of the root. */
const mostHeights = 256

/** Hashes after an import's receipts at most. */
const mostRest = 65_536

interface Committed {
  readonly header: Header
  readonly channels: ChannelBook
}

export class Outgoing {
  /** ascending by height */
  readonly #committed: Committed[]

  constructor(
    begin: Committed,
    readonly kept: KeptReceipts,
  ) {
    this.#committed = [begin]
  }

  /** The newest header with its channels. */
  get newest(): Committed {
    return this.#committed[this.#committed.length - 1]
  }

  push(committed: Committed, sent: readonly Receipt[]): void {
    this.#committed.push(committed)
    if (this.#committed.length > mostHeights) this.#committed.shift()
    for (const receipt of sent) this.kept.push(receipt)
  }

  /** Back to what was before the newest one. */
  pop(before: Committed, sent: readonly Receipt[]): void {
    this.#committed.pop()
    if (this.#committed.length === 0) this.#committed.push(before)
    for (const destination of new Set(sent.map((receipt) => receipt.destination))) {
      const { source } = sent[0]
      this.kept.cut(destination, before.channels.get(source, destination).sequence)
    }
  }

  /** Nothing before this height is asked for any more. */
  included(height: bigint): void {
    while (this.#committed.length > 1 && this.#committed[0].header.height < height) {
      this.#committed.shift()
    }
  }

  importFor(
    known: KnownPulse,
    destination: Prefix,
    after: bigint,
    most: number,
  ): Import | undefined {
    const entry = known.table.find(({ prefix }) => prefix === this.newest.header.prefix)
    const found = this.#committed.find(({ header }) => header.height === entry?.height)
    const proven = found?.channels.proof(found.header.prefix, destination)
    if (found === undefined || proven === undefined) return undefined
    const open = Number(proven.channel.sequence - after)
    if (open <= 0) return undefined
    // More than the limit on hashes go as receipts: the destination takes what it has room for.
    const count = Math.max(Math.min(most, open), open - mostRest)
    const receipts = this.kept.after(destination, after, count)
    if (receipts.length < count) return undefined
    const rest = this.kept.after(destination, after + BigInt(count), open - count)
    return makeImport(known, found.header, proven, receipts, rest)
  }

  channelTo(destination: Prefix): Channel {
    return this.newest.channels.get(this.newest.header.prefix, destination)
  }
}
