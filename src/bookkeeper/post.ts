/** What a node brings to a post: its key, the organization's beginning, and the post's own disk. */
import type { Key, Signatures } from '#identity'
import type { Prefix } from '#ledger'
import type { Genesis } from '#organization'
import type { KeyValue } from '#world'
import type { NodeName } from './actor.js'

/** A post's disk as it is found at the start. Effects change it; only `rows` is looked at later. */
export interface PostDisk {
  /** the journal's whole records, in order; a torn end is already cut off (see journal.ts) */
  readonly records: readonly Uint8Array[]
  /** records are lost that were durable (JOURNAL_DAMAGED): the engine is to know of it */
  readonly isDamaged?: boolean
  readonly rows: Pick<KeyValue, 'get' | 'scan'>
}

export interface Post {
  readonly genesis: Genesis
  readonly key: Key
  readonly signatures: Signatures
  readonly disk: PostDisk
  /** differs with every start of the node: marks questions that this start has asked */
  readonly nonce: bigint
  /** 32 bytes that a branch's bookkeepers share; undefined where this node is none of them */
  branchSecret(prefix: Prefix): Uint8Array | undefined
  /** nodes of members that may hold copies, as the organization's directory knows them */
  members(): readonly NodeName[]
}
