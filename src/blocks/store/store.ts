import { type CID, cidOfDigest, codecs, limits, matchesCid, matchesCidAside } from '#base'
import type { Change, Disk } from '#world'
import { isMadeHere } from '../block.js'
import type { Block } from '../blocks.js'
import { BlockCorrupt, BlockInFile, BlockMissing, BlockTooLarge } from '../errors.js'
import {
  type BlockEntry,
  type DigestText,
  blockKey,
  digestOf,
  digestOfKey,
  digestText,
  fileEntry,
  fileName,
  inlineEntry,
  readEntry,
} from './entry.js'
import { Recent } from './recent.js'

/** Raw blocks above so many bytes lie in files; the key-value store would copy them repeatedly. */
export const inlineBytes = 64 * 1024

interface Incoming {
  readonly block: Block
  readonly digest: Uint8Array
  readonly text: DigestText
}

/** Block by block: put, get, remove. Pins, collection and checks are built on it. */
export class BlockStore {
  readonly recent = new Recent()
  /** being written: visible, not yet durable */
  readonly #pending = new Map<DigestText, { block: Block; durable: Promise<void> }>()
  /** files being removed; a put of the same block waits, or its new file would go */
  readonly #removing = new Map<DigestText, Promise<void>>()
  /** to be removed by the collection under way, and from that moment not here any more */
  readonly #condemned = new Set<DigestText>()
  /** found not to match; they count as missing until they are put again */
  readonly #damaged = new Set<DigestText>()

  constructor(readonly disk: Disk) {}

  async get(cid: CID): Promise<Uint8Array> {
    const { digest, entry } = this.#find(cid)
    if (entry.place === 'inline') return this.#verified(cid, digest, entry.bytes)
    const bytes = await this.#readFile(cid, digest)
    // Hashed on another thread, so that a stream of large blocks leaves this one to others.
    return this.#judged(cid, digest, bytes, await matchesCidAside(cid, bytes))
  }

  async getUnchecked(cid: CID): Promise<Uint8Array> {
    const { digest, entry } = this.#find(cid)
    return entry.place === 'inline' ? entry.bytes : this.#readFile(cid, digest)
  }

  getSync(cid: CID): Uint8Array {
    const { digest, entry } = this.#find(cid)
    if (entry.place === 'file') throw new BlockInFile(cid)
    return this.#verified(cid, digest, entry.bytes)
  }

  /**
   * Where the block lies; undefined where it is not here, is known to be damaged, or is a tree node
   * that was only put as a leaf: then it must be put again.
   */
  entry(cid: CID): BlockEntry | undefined {
    const digest = digestOf(cid)
    if (this.#damaged.size > 0 && this.#damaged.has(digestText(digest))) return undefined
    const entry = this.#entry(digest)
    return entry?.place === 'file' && cid.code !== codecs.raw ? undefined : entry
  }

  /** Whether there is an entry for a digest, sound or not; what is being written counts as file. */
  placeOf(digest: Uint8Array): BlockEntry['place'] | undefined {
    return this.isPending(digest) ? 'file' : this.#entry(digest)?.place
  }

  /** @throws BlockCorrupt, BlockTooLarge, CidUnsupported: then nothing was put */
  async putMany(blocks: readonly Block[]): Promise<void> {
    const incoming = new Map<DigestText, Incoming>()
    for (const block of blocks) {
      const digest = admit(block)
      const text = digestText(digest)
      // Under both codecs the inline one wins, for a tree node must be there without waiting.
      const other = incoming.get(text)
      if (other === undefined || isLeafFile(other.block))
        incoming.set(text, { block, digest, text })
    }
    for (const { cid } of blocks) this.recent.touch(cid)
    const waits: Promise<void>[] = []
    const fresh: Incoming[] = []
    for (const one of incoming.values()) {
      const pending = this.#pending.get(one.text)
      if (pending === undefined) {
        if (!this.#isKept(one)) fresh.push(one)
      } else if (isLeafFile(pending.block) && !isLeafFile(one.block)) {
        waits.push(pending.durable.then(() => this.#write([one])))
      } else {
        waits.push(pending.durable)
      }
    }
    if (fresh.length > 0) waits.push(this.#write(fresh))
    await Promise.all(waits)
  }

  /** From now on these blocks are not here, unless they are put again; `remove` follows. */
  condemn(digests: Iterable<Uint8Array>): void {
    for (const digest of digests) this.#condemned.add(digestText(digest))
  }

  /** Takes condemned blocks away; those that were put again since stay. */
  async remove(digests: readonly Uint8Array[]): Promise<void> {
    const dead = digests.filter((digest) => this.#condemned.has(digestText(digest)))
    const inFiles = dead.filter((digest) => this.#stored(digest)?.place === 'file')
    // The entry goes first and durably: an entry without its file would be a lie, a file without an
    // entry is swept by the next collection.
    const gone = this.disk.write(
      dead.map((digest) => ({ key: blockKey(digest), value: undefined })),
    )
    this.acquit(dead)
    await this.removeFiles(inFiles, gone)
  }

  /** Ends what `condemn` began: blocks that were not removed are here again. */
  acquit(digests: Iterable<Uint8Array>): void {
    for (const digest of digests) this.#condemned.delete(digestText(digest))
  }

  /** Takes files of blocks away. A put of the same block waits for it. */
  async removeFiles(digests: readonly Uint8Array[], after?: Promise<void>): Promise<void> {
    const removed = (async () => {
      await after
      for (const digest of digests) await this.disk.files.remove(fileName(digest))
    })()
    const settled = removed.catch(() => undefined)
    const texts = digests.map(digestText)
    for (const text of texts) this.#removing.set(text, settled)
    try {
      await removed
    } finally {
      for (const text of texts) this.#removing.delete(text)
    }
  }

  isPending(digest: Uint8Array): boolean {
    return this.#pending.size > 0 && this.#pending.has(digestText(digest))
  }

  /** CID of a key, with the codec that the block was first put under. */
  cidOfEntry(key: Uint8Array, entry: BlockEntry): CID {
    return cidOfDigest(entry.codec, digestOfKey(key).slice())
  }

  #find(cid: CID): { digest: Uint8Array; entry: BlockEntry } {
    const digest = digestOf(cid)
    const entry = this.#entry(digest)
    if (entry === undefined) throw new BlockMissing(cid)
    return { digest, entry }
  }

  async #readFile(cid: CID, digest: Uint8Array): Promise<Uint8Array> {
    const bytes = await this.disk.files.read(fileName(digest))
    if (bytes !== undefined) return bytes
    // The entry may have gone while the file was asked for; then there is nothing to mend.
    if (this.#entry(digest) !== undefined) this.#damaged.add(digestText(digest))
    throw new BlockMissing(cid)
  }

  #entry(digest: Uint8Array): BlockEntry | undefined {
    if (this.#pending.size > 0) {
      const pending = this.#pending.get(digestText(digest))
      if (pending !== undefined) {
        return { place: 'inline', codec: pending.block.cid.code, bytes: pending.block.bytes }
      }
    }
    if (this.#condemned.size > 0 && this.#condemned.has(digestText(digest))) return undefined
    return this.#stored(digest)
  }

  #stored(digest: Uint8Array): BlockEntry | undefined {
    const value = this.disk.get(blockKey(digest))
    return value === undefined ? undefined : readEntry(value)
  }

  #verified(cid: CID, digest: Uint8Array, bytes: Uint8Array): Uint8Array {
    return this.#judged(cid, digest, bytes, matchesCid(cid, bytes))
  }

  #judged(cid: CID, digest: Uint8Array, bytes: Uint8Array, isSound: boolean): Uint8Array {
    if (isSound) {
      if (this.#damaged.size > 0) this.#damaged.delete(digestText(digest))
      return bytes
    }
    this.#damaged.add(digestText(digest))
    throw new BlockCorrupt(cid, 'on disk')
  }

  #isKept({ block, digest, text }: Incoming): boolean {
    if (this.#damaged.has(text)) return false
    const entry = this.#entry(digest)
    if (entry === undefined) return false
    return entry.place === 'inline' || isLeafFile(block)
  }

  async #write(fresh: readonly Incoming[]): Promise<void> {
    const durable = this.#writeDurably(fresh)
    for (const { block, text } of fresh) {
      this.#pending.set(text, { block, durable })
      this.#condemned.delete(text)
    }
    try {
      await durable
      for (const { text } of fresh) this.#damaged.delete(text)
    } finally {
      for (const { text } of fresh) this.#pending.delete(text)
    }
  }

  async #writeDurably(fresh: readonly Incoming[]): Promise<void> {
    const inFiles = fresh.filter(({ block }) => isLeafFile(block))
    const changes = fresh.map(changeOf)
    if (this.#removing.size > 0) {
      for (const { text } of fresh) await this.#removing.get(text)
    }
    // fsync of the files; only then may an entry say that they are there.
    if (inFiles.length > 0) {
      const files = inFiles.map(({ block, digest }) => ({
        name: fileName(digest),
        content: block.bytes,
      }))
      await this.disk.files.writeAll(files)
    }
    // fsync of the entries and of the blocks inside them.
    await this.disk.write(changes)
  }
}

/** Refuses what a node must not take. @returns the block's digest */
function admit(block: Block): Uint8Array {
  const { cid, bytes } = block
  const digest = digestOf(cid)
  if (bytes.length > limits.blockBytes) throw new BlockTooLarge(cid, bytes.length)
  if (!isMadeHere(block) && !matchesCid(cid, bytes)) throw new BlockCorrupt(cid, 'given')
  return digest
}

const isLeafFile = ({ cid, bytes }: Block): boolean =>
  cid.code === codecs.raw && bytes.length > inlineBytes

function changeOf({ block, digest }: Incoming): Change {
  const { cid, bytes } = block
  const value = isLeafFile(block) ? fileEntry(cid.code, bytes.length) : inlineEntry(cid.code, bytes)
  return { key: blockKey(digest), value }
}
