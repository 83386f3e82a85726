/**
 * network: how units find their way between nodes: publish, provide, find, sync, live updates.
 * White paper: Part I, VI (the flow of MiMei).
 */
import { type KeyId, keyId } from '#base'
import type { Peer } from '#world'

export * from './errors.js'
export type {
  Flow,
  FlowHead,
  FoundProvider,
  HeadKeeper,
  SyncOptions,
  SyncProgress,
  SyncResult,
} from './flow.js'
export { type FlowOptions, openFlow } from './open.js'
export { headKeyspace, headRules } from './records.js'

/** Leither's id of a peer: its transport proves the key that the id is made of. */
export const nodeIdOf = (peer: Pick<Peer, 'publicKey'>): KeyId => keyId(peer.publicKey)
