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
  /** Tree and directory nodes, without waiting. @throws BlockMissing, BlockCorrupt */
  getSync(cid: CID): Uint8Array
  has(cid: CID): boolean
  /** Durable when resolved; a block already here costs nothing. @throws BlockCorrupt, BlockTooLarge, DiskFull */
  put(cid: CID, bytes: Uint8Array): Promise<void>
  /** Many blocks with one wait for the disk; visible at once, durable when resolved. */
  putMany(blocks: readonly Block[]): Promise<void>
  /** Size in bytes, undefined where it is not here. */
  size(cid: CID): number | undefined
  pin(cid: CID, why: string): Promise<void>
  unpin(cid: CID, why: string): Promise<void>
  pins(): AsyncIterableIterator<{ cid: CID; why: string }>
  /** Removes what nothing reaches; what is put while it runs stays. */
  collect(options: CollectOptions): Promise<CollectReport>
  /** Checks every block against its CID. */
  check(onProgress?: (checked: number) => void): Promise<{ blocks: number; corrupt: readonly CID[] }>
}
