/**
 * A keeper: holds the closed data of a branch's newest blocks beside the branch's own bookkeepers,
 * so that the branch can be rebuilt when all of these are gone (spec OL-1, J; paper 6.3, redundant
 * backup). It cannot read what it holds. Its mark says that a block's data is on its disk; the root
 * takes no header without the marks of more than half of the keepers.
 */
import {
  ByteWriter,
  concat,
  decode,
  encode,
  equal,
  fromText,
  keyId,
  type Layout,
  sha256,
  struct,
  blobOf,
  type ValueOf,
} from '#base'
import {
  forms,
  type Header,
  headerHash,
  headerLayout,
  levels,
  type Prefix,
  type Row,
} from '#ledger'
import { type Effect, type NodeName, reached, type Role, send } from '../actor.js'
import { bodyLimit, markBodyLayout, type Message, type MessageOf } from '../messages.js'
import type { Post } from '../post.js'

/** Blocks whose data is held: more than twice the pages that a branch can have. */
export const blocksKept = 1024
/** Headers of one height that are held: a branch's committee makes one, its forks a few. */
const mostRivals = 4

const keptLayout: Layout<{ header: Header; data: Uint8Array }> = struct({
  header: headerLayout,
  data: blobOf(bodyLimit),
})
export type Kept = ValueOf<typeof keptLayout>

const area = fromText('keep|')

function heightKey(height: bigint): Uint8Array {
  const writer = new ByteWriter(16)
  for (let shift = 56n; shift >= 0n; shift -= 8n) writer.u8(Number((height >> shift) & 0xffn))
  return concat(area, writer.done())
}

/** Big-endian, so that the store's order is the order of heights. */
const keptKey = (height: bigint, hash: Uint8Array): Uint8Array => concat(heightKey(height), hash)

class KeeperPost implements Role {
  readonly #post: Post
  readonly #prefix: Prefix
  readonly #seat: number
  readonly #committee: ReadonlyMap<NodeName, number>
  /** by height, the hashes of the headers whose data is here */
  readonly #held = new Map<bigint, string[]>()
  #newest = 0n
  #blobs = new Map<string, Kept>()

  constructor(post: Post, prefix: Prefix, kept: readonly Kept[]) {
    const { seating } = post.genesis
    this.#post = post
    this.#prefix = prefix
    this.#seat = seating.keepers(prefix).findIndex((key) => equal(key, post.key.publicKey))
    const members = seating.committee(prefix)?.members ?? []
    this.#committee = new Map(members.map((key, seat) => [keyId(key), seat]))
    for (const one of kept) this.#remember(one)
  }

  start(): readonly Effect[] {
    return []
  }

  ring(): readonly Effect[] {
    return []
  }

  receive(from: NodeName, message: Message): readonly Effect[] {
    if (message.level !== levels.branch || message.prefix !== this.#prefix) return []
    if (message.kind === 'keep') return this.#keep(from, message)
    if (message.kind === 'fetchKept') return this.#give(from, message.nonce)
    return []
  }

  #keep(from: NodeName, { header, data }: MessageOf<'keep'>): readonly Effect[] {
    if (!this.#committee.has(from) || !this.#isOurs(header, data)) return []
    const hash = headerHash(header)
    const name = Buffer.from(hash).toString('latin1')
    const reply = send(from, this.#mark(header, hash))
    const row = { key: keptKey(header.height, hash), value: encode(keptLayout, { header, data }) }
    const rivals = this.#held.get(header.height) ?? []
    // Written again: the first write may not be durable yet, and a mark says that it is.
    if (rivals.includes(name)) return [{ kind: 'store', rows: [row], then: [reply] }]
    const isOld = header.height + BigInt(blocksKept) <= this.#newest
    if (isOld || rivals.length >= mostRivals) return []
    const rows: Row[] = [row, ...this.#drop(header.height)]
    this.#remember({ header, data })
    return [{ kind: 'store', rows, then: [reply] }]
  }

  /** Whether the block is of this branch and the data is what its header commits to. */
  #isOurs(header: Header, data: Uint8Array): boolean {
    const { org } = this.#post.genesis.seating.charter
    return (
      equal(header.org, org) &&
      header.prefix === this.#prefix &&
      header.form !== forms.root &&
      equal(header.dataRoot, sha256(data))
    )
  }

  #remember(kept: Kept): void {
    const { height } = kept.header
    const name = Buffer.from(headerHash(kept.header)).toString('latin1')
    this.#held.set(height, [...(this.#held.get(height) ?? []), name])
    this.#blobs.set(name, kept)
    if (height > this.#newest) this.#newest = height
  }

  /** Rows of the blocks that are too old once this height is there. */
  #drop(height: bigint): Row[] {
    const newest = height > this.#newest ? height : this.#newest
    const rows: Row[] = []
    for (const [old, names] of this.#held) {
      if (old + BigInt(blocksKept) > newest) continue
      for (const name of names) {
        const hash = new Uint8Array(Buffer.from(name, 'latin1'))
        rows.push({ key: keptKey(old, hash), value: undefined })
        this.#blobs.delete(name)
      }
      this.#held.delete(old)
    }
    return rows
  }

  #mark(header: Header, hash: Uint8Array): Message {
    const { key, signatures } = this.#post
    const body = encode(markBodyLayout, {
      org: header.org,
      prefix: header.prefix,
      height: header.height,
      headerHash: hash,
      dataRoot: header.dataRoot,
    })
    return {
      kind: 'mark',
      level: levels.branch,
      prefix: this.#prefix,
      headerHash: hash,
      mark: { keeper: this.#seat, signature: signatures.sign(key, 'leither/ledger/mark/1', body) },
    }
  }

  /** Only to bookkeepers that have a seat: nobody else can open it, and it is much. */
  #give(from: NodeName, nonce: bigint): readonly Effect[] {
    if (!this.#committee.has(from)) return []
    const kept = [...this.#blobs.values()].sort((a, b) =>
      a.header.height < b.header.height ? -1 : 1,
    )
    return [
      reached('kept data given'),
      send(from, { kind: 'kept', level: levels.branch, prefix: this.#prefix, nonce, kept }),
    ]
  }
}

/** The post of a keeper of a branch, with what its disk holds. */
export async function openKeeperPost(post: Post, prefix: Prefix): Promise<Role> {
  const kept: Kept[] = []
  const { rows } = post.disk
  for await (const [, value] of rows.scan({ from: area, to: fromText('keep}') })) {
    const one = readKept(value)
    if (one !== undefined) kept.push(one)
  }
  return new KeeperPost(post, prefix, kept)
}

/** What a damaged row held is gone; the other keepers and the bookkeepers still have it. */
function readKept(value: Uint8Array): Kept | undefined {
  try {
    const kept = decode(keptLayout, value)
    return equal(kept.header.dataRoot, sha256(kept.data)) ? kept : undefined
  } catch {
    return undefined
  }
}
