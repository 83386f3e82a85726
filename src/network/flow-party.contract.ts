/** Nodes for tests of the flow: real blocks on a disk in memory, and heads of the plainest kind. */
import {
  BadInput,
  type CID,
  cidOf,
  codecs,
  compare,
  decodeCbor,
  encodeCbor,
  keyId,
  type Mid,
  midOf,
  type Value,
} from '#base'
import { type Block, type Blocks, openBlocks } from '#blocks'
import { type Key, makeKey, sign, verify } from '#identity'
import { type Disk, memoryDisk, memoryLog, type Peer, seededRandom, type Wire } from '#world'
import { type Clock } from '#world'
import type { Flow, FlowHead, HeadKeeper } from './flow.js'
import { openFlow } from './open.js'

interface HeadWords {
  readonly mark: string
  readonly seq: number
  readonly versions: CID[]
  readonly content: CID[]
  readonly open: boolean
}

export const author: Key = makeKey(seededRandom(42))

export const midOfMark = (mark: string): Mid =>
  midOf({ author: author.id, app: '', ext: '', mark, kind: 'file' })

/** A signed head. @param key another one than the author's makes a forgery */
export function makeHead(words: HeadWords, key: Key = author): Uint8Array {
  const body = encodeCbor({ ...words })
  return encodeCbor([body, key.publicKey, sign(key, 'leither/head/1', body)])
}

export function readHead(record: Uint8Array): FlowHead {
  const [body, publicKey, signature] = decodeCbor<Uint8Array[]>(record)
  if (keyId(publicKey) !== author.id || !verify(publicKey, 'leither/head/1', body, signature)) {
    throw new BadInput('the head has a wrong signature', 'ask another node')
  }
  const { mark, seq, versions, content, open } = decodeCbor<HeadWords>(body)
  return { mid: midOfMark(mark), seq, record, versions, content, open }
}

export class TestHeads implements HeadKeeper {
  readonly heads = new Map<Mid, FlowHead>()
  readonly taken: number[] = []
  read = readHead
  current = (mid: Mid): FlowHead | undefined => this.heads.get(mid)

  async take(record: Uint8Array): Promise<void> {
    const head = readHead(record)
    const old = this.heads.get(head.mid)
    if (old !== undefined && old.seq > head.seq) {
      throw new BadInput('the head is older', 'keep the one that is here')
    }
    this.taken.push(head.seq)
    // Like units do, by a rule of their own: of one sequence the larger bytes are kept.
    if (old?.seq === head.seq && compare(old.record, record) > 0) return
    this.heads.set(head.mid, head)
  }
}

const blockOf = (value: Value): Block => {
  const bytes = encodeCbor(value)
  return { cid: cidOf(codecs.dagCbor, bytes), bytes }
}

/** A tree over leaves: lists of at most `fan` links. @returns its blocks, the root last */
export function treeOf(leaves: readonly Uint8Array[], fan = 16): Block[] {
  const blocks: Block[] = leaves.map((bytes) => ({ cid: cidOf(codecs.raw, bytes), bytes }))
  let row = blocks.map(({ cid }) => cid)
  do {
    const next: CID[] = []
    for (let at = 0; at < Math.max(1, row.length); at += fan) {
      const node = blockOf({ list: row.slice(at, at + fan) })
      blocks.push(node)
      next.push(node.cid)
    }
    row = next
  } while (row.length > 1)
  return blocks
}

/** Leaves of random bytes. */
export function leavesOf(seed: number, count: number, bytes: number): Uint8Array[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => {
    const parts = Array.from({ length: Math.ceil(bytes / 65_536) }, (_, i) =>
      random.bytes(Math.min(65_536, bytes - i * 65_536)),
    )
    return new Uint8Array(Buffer.concat(parts))
  })
}

export interface TestNode {
  readonly wire: Wire
  readonly disk: Disk
  readonly blocks: Blocks
  readonly heads: TestHeads
  readonly log: ReturnType<typeof memoryLog>
  flow: Flow
  /** Closes the flow and opens it anew over the same disk. */
  restart(): Promise<void>
  /** Adds a version and signs the head that lists it. @returns all its blocks */
  backup(
    mark: string,
    leaves: readonly Uint8Array[],
    options?: { open?: boolean },
  ): Promise<Block[]>
  /** Whether all of the newest head's content is here. */
  holds(mark: string, blocks: readonly Block[]): boolean
}

export interface TestNodeOptions {
  readonly wire: Wire
  readonly clock: Clock
  readonly allows?: (passport: string | undefined, peer: Peer, head: FlowHead) => boolean
  /** Stands between the flow and the blocks, for nodes that lie. */
  readonly disguise?: (blocks: Blocks) => Blocks
  readonly disk?: Disk
}

export async function testNode(options: TestNodeOptions): Promise<TestNode> {
  const { wire, clock, allows = () => false, disguise = (blocks) => blocks } = options
  const { disk = memoryDisk() } = options
  const blocks = openBlocks({ disk })
  const heads = new TestHeads()
  const log = memoryLog()
  const open = () => openFlow({ wire, blocks: disguise(blocks), disk, clock, log, heads, allows })
  const parents = new Map<string, CID[]>()
  const node: TestNode = {
    wire,
    disk,
    blocks,
    heads,
    log,
    flow: await open(),
    async restart() {
      await node.flow.close()
      node.flow = await open()
    },
    async backup(mark, leaves, { open: isOpen = true } = {}) {
      const tree = treeOf(leaves)
      const older = parents.get(mark) ?? []
      const root = (tree.at(-1) as Block).cid
      const version = blockOf({ number: older.length + 1, parents: older.slice(0, 1), root })
      const versions = [version.cid, ...older]
      parents.set(mark, versions)
      await blocks.putMany([...tree, version])
      const seq = (heads.current(midOfMark(mark))?.seq ?? 0) + 1
      await heads.take(makeHead({ mark, seq, versions, content: [version.cid], open: isOpen }))
      return [...tree, version]
    },
    holds: (mark, expected) =>
      heads.current(midOfMark(mark)) !== undefined && expected.every(({ cid }) => blocks.has(cid)),
  }
  return node
}
