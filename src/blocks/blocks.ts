/** The content store: immutable blocks by CID, verified on the way in and on the way out. */
import type { CID } from '#base'

export interface Block {
  readonly cid: CID
  readonly bytes: Uint8Array
}

export interface CollectOptions {
  /** everything that must stay; the DAGs under these and under pins are kept */
  readonly roots: AsyncIterable<CID>
  readonly dryRun?: boolean
}

export interface CollectReport {
  readonly keptBlocks: number
  readonly freedBlocks: number
  readonly freedBytes: number
}

/**
 * Small blocks live in the key-value store, large raw leaves in files; an index entry in the store
 * says which, so `has` and `getSync` never touch a file.
 */
export interface Blocks {
  /** @throws BlockMissing, BlockCorrupt (the bytes on disk do not match the CID) */
  get(cid: CID): Promise<Uint8Array>
  /** Tree and directory nodes, without waiting. @throws BlockMissing, BlockCorrupt, BlockInFile */
  getSync(cid: CID): Uint8Array
  /**
   * As `get`, but nobody has checked the bytes: for whoever sends them to somebody who will.
   * @throws BlockMissing
   */
  getUnchecked(cid: CID): Promise<Uint8Array>
  /** Whether this one block is here; of a whole DAG `dagMissing` tells. @throws CidUnsupported */
  has(cid: CID): boolean
  /**
   * Durable when resolved; a block already here costs nothing.
   * @throws BlockCorrupt, BlockTooLarge, CidUnsupported, DiskFull: then nothing was put
   */
  put(cid: CID, bytes: Uint8Array): Promise<void>
  /** Many blocks with one wait for the disk; visible at once, durable when resolved. */
  putMany(blocks: readonly Block[]): Promise<void>
  /** Size in bytes, undefined where it is not here. */
  size(cid: CID): number | undefined
  /**
   * Keeps blocks from collection while it is held. With a root: the DAG under it, for whoever reads
   * it. Without: all blocks put or found by `has` since, and the DAGs under them, for whoever makes
   * something that nothing refers to yet.
   * @returns a function that lets go
   */
  hold(root?: CID): () => void
  /** Keeps the DAG under a CID, here already or not. @param why who wants it: 1 to 1,024 bytes */
  pin(cid: CID, why: string): Promise<void>
  unpin(cid: CID, why: string): Promise<void>
  pins(): AsyncIterableIterator<{ cid: CID; why: string }>
  /**
   * Removes what nothing reaches; what is put while it runs stays.
   * @throws BlockCorrupt where a tree node cannot be read: nobody knows what it reaches
   */
  collect(options: CollectOptions): Promise<CollectReport>
  /** Checks every block against its CID. */
  check(
    onProgress?: (checked: number) => void,
  ): Promise<{ blocks: number; corrupt: readonly CID[] }>
}
