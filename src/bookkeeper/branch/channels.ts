/**
 * Where channels stand (spec OL-1, C and D): a value that never changes, so that a block's channels
 * are taken back by looking at the value before it.
 */
import { concat, encode, sha256 } from '#base'
import {
  type Channel,
  channelHash,
  type Digest,
  emptyChannel,
  type ListProof,
  listProof,
  listRoot,
  type Prefix,
  prefixLayout,
} from '#ledger'

/**
 * A part of a branch that is ahead of the rest with a channel: of two branches that became one,
 * one had taken more. Receipts up to here that the part covers are credited already.
 */
export interface Ahead {
  readonly part: Prefix
  readonly channel: Channel
}

interface Row {
  readonly channel: Channel
  readonly hash: Digest
}

/** Names a channel; in the order of texts these are in the order of (source, destination). */
export const channelName = (source: Prefix, destination: Prefix): string =>
  `${source} ${destination}`

const nameOf = ({ source, destination }: Channel): string => channelName(source, destination)

const aheadHash = ({ part, channel }: Ahead): Digest =>
  sha256(concat(encode(prefixLayout, part), channelHash(channel)))

const inOrder = (a: string, b: string): number => (a < b ? -1 : Number(a > b))
const byName = (a: Ahead, b: Ahead): number =>
  inOrder(nameOf(a.channel), nameOf(b.channel)) || inOrder(a.part, b.part)

/** Channels out of a branch, or into it as far as they are taken. */
export class ChannelBook {
  readonly #rows: ReadonlyMap<string, Row>
  readonly ahead: readonly Ahead[]
  #names: readonly string[] | undefined
  #list: readonly Channel[] | undefined
  #root: Digest | undefined

  private constructor(rows: ReadonlyMap<string, Row>, ahead: readonly Ahead[]) {
    this.#rows = rows
    this.ahead = ahead
  }

  static of(channels: readonly Channel[], ahead: readonly Ahead[] = []): ChannelBook {
    const rows = channels.map(
      (channel) => [nameOf(channel), { channel, hash: channelHash(channel) }] as const,
    )
    return new ChannelBook(new Map(rows), ahead.toSorted(byName))
  }

  /** The channel; a new one where there was nothing in it yet. */
  get(source: Prefix, destination: Prefix): Channel {
    const row = this.#rows.get(channelName(source, destination))
    return row?.channel ?? emptyChannel(source, destination)
  }

  /** The book with these channels as they are now; who is caught up with is no longer ahead. */
  with(changed: readonly Channel[]): ChannelBook {
    if (changed.length === 0) return this
    const rows = new Map(this.#rows)
    for (const channel of changed) {
      rows.set(nameOf(channel), { channel, hash: channelHash(channel) })
    }
    const ahead = this.ahead.filter(({ channel }) => {
      const reached = rows.get(nameOf(channel))?.channel.sequence ?? 0n
      return reached < channel.sequence
    })
    return new ChannelBook(rows, ahead)
  }

  /** In the order of (source, destination). */
  get list(): readonly Channel[] {
    this.#list ??= this.#order().map((name) => (this.#rows.get(name) as Row).channel)
    return this.#list
  }

  #order(): readonly string[] {
    this.#names ??= [...this.#rows.keys()].sort()
    return this.#names
  }

  #hashes(): readonly Digest[] {
    const hashes = this.#order().map((name) => (this.#rows.get(name) as Row).hash)
    return [...hashes, ...this.ahead.map(aheadHash)]
  }

  /** What a header commits to. */
  get root(): Digest {
    this.#root ??= listRoot(this.#hashes())
    return this.#root
  }

  proof(source: Prefix, destination: Prefix): { channel: Channel; proof: ListProof } | undefined {
    const index = this.#order().indexOf(channelName(source, destination))
    if (index < 0) return undefined
    return { channel: this.list[index], proof: listProof(this.#hashes(), index) }
  }
}
