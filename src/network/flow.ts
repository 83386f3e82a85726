/** The flow of units between nodes (paper, VI), as `node` uses it. */
import type { CID, Mid } from '#base'
import type { Peer } from '#world'

/** A signed head, read and checked by whoever owns its format. */
export interface FlowHead {
  readonly mid: Mid
  readonly seq: number
  readonly record: Uint8Array
  /** version blocks that the head lists, newest first */
  readonly versions: readonly CID[]
  /** DAGs that a provider must hold to serve it: last and release */
  readonly content: readonly CID[]
  /** whether everyone may read it; others never enter the hash table */
  readonly open: boolean
}

/** What the flow needs of the units; given by `node`. */
export interface HeadKeeper {
  /** @throws where the record is not a valid head */
  read(record: Uint8Array): FlowHead
  current(mid: Mid): FlowHead | undefined
  /** All blocks are here: make it the unit's head. */
  take(record: Uint8Array): Promise<void>
}

export interface SyncProgress {
  readonly doneBytes: number
  /** grows while the content is being discovered */
  readonly totalBytes: number
  readonly doneBlocks: number
  readonly totalBlocks: number
  /** peers that sent something */
  readonly providers: number
}

export interface SyncOptions {
  /** an address or peer name to ask first */
  readonly from?: string
  /** content of all listed versions, not only last and release */
  readonly all?: boolean
  /** passport text for what is not public */
  readonly passport?: string
  readonly onProgress?: (progress: SyncProgress) => void
  readonly signal?: AbortSignal
}

export interface SyncResult {
  readonly mid: Mid
  readonly seq: number
  readonly blocks: number
  readonly bytes: number
  readonly providers: readonly string[]
}

export interface FoundProvider {
  readonly peer: Peer
  /** head that it has, undefined where it does not answer */
  readonly seq: number | undefined
  readonly self: boolean
}

export interface Flow {
  /** Puts the head where others find it and tells who listens. @throws NotPublic */
  publish(mid: Mid): Promise<{ seq: number }>
  unpublish(mid: Mid): Promise<void>
  isPublished(mid: Mid): boolean
  /** Holds the unit from now on: pulls each new version as it is published. */
  provide(mid: Mid): Promise<void>
  unprovide(mid: Mid): Promise<void>
  isProviding(mid: Mid): boolean
  providers(mid: Mid): Promise<readonly FoundProvider[]>
  /** Newest valid head that can be found, here or elsewhere. */
  find(mid: Mid): Promise<FlowHead | undefined>
  /** Brings the newest head and all its blocks here. @throws NoProviders, SyncFailed */
  sync(mid: Mid, options?: SyncOptions): Promise<SyncResult>
  /** Tells of heads that came in. @returns a function that stops it */
  onUpdate(listener: (mid: Mid, seq: number) => void): () => void
  close(): Promise<void>
}
