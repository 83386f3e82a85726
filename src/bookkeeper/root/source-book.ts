/**
 * Channels out of one branch, as of its header in the table. A value: a block that never becomes
 * final leaves no trace. A branch may have hundreds of channels of which a few change, so versions
 * share what they can.
 */
import {
  type Channel,
  channelHash,
  type Digest,
  emptyChannel,
  listRoot,
  type Prefix,
} from '#ledger'

export class SourceBook {
  /** in the order of destinations */
  readonly list: readonly Channel[]
  readonly #hashes: readonly Digest[]
  /** by destination, its place in the list */
  readonly #places: ReadonlyMap<Prefix, number>
  #root: Digest | undefined

  private constructor(
    list: readonly Channel[],
    hashes: readonly Digest[],
    places: ReadonlyMap<Prefix, number>,
  ) {
    this.list = list
    this.#hashes = hashes
    this.#places = places
  }

  static of(channels: readonly Channel[]): SourceBook {
    const list = channels.toSorted((a, b) => (a.destination < b.destination ? -1 : 1))
    return SourceBook.#inOrder(list, list.map(channelHash))
  }

  static #inOrder(list: readonly Channel[], hashes: readonly Digest[]): SourceBook {
    const places = new Map(list.map(({ destination }, place) => [destination, place]))
    return new SourceBook(list, hashes, places)
  }

  /** The channel; a new one where nothing was sent yet. */
  get(source: Prefix, destination: Prefix): Channel {
    const place = this.#places.get(destination)
    return place === undefined ? emptyChannel(source, destination) : this.list[place]
  }

  /** The book with these channels as they are now. */
  with(changed: readonly Channel[]): SourceBook {
    if (changed.length === 0) return this
    const list = [...this.list]
    const hashes = [...this.#hashes]
    const more: Channel[] = []
    for (const channel of changed) {
      const place = this.#places.get(channel.destination)
      if (place === undefined) more.push(channel)
      else {
        list[place] = channel
        hashes[place] = channelHash(channel)
      }
    }
    if (more.length === 0) return new SourceBook(list, hashes, this.#places)
    const rows = [
      ...list.map((channel, i) => ({ channel, hash: hashes[i] })),
      ...more.map((channel) => ({ channel, hash: channelHash(channel) })),
    ].sort((a, b) => (a.channel.destination < b.channel.destination ? -1 : 1))
    return SourceBook.#inOrder(
      rows.map(({ channel }) => channel),
      rows.map(({ hash }) => hash),
    )
  }

  /** What the branch's header commits to. */
  get root(): Digest {
    this.#root ??= listRoot(this.#hashes)
    return this.#root
  }
}
