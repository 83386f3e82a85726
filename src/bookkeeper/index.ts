/**
 * bookkeeper: the pulse. Consensus, transfers, receipts, headers, keepers, recovery: pure reducers
 * that answer events with effects.
 * White paper: Part II, VI; protocol OL-1, D to J.
 */
export * from './actor.js'
export * from './journal.js'
export * from './messages.js'
export * from './post.js'
export * from './simplex/application.js'
export * from './simplex/simplex.js'
export * from './branch/branch-ledger.js'
export { openKeeperPost } from './keeper/keeper-post.js'
export { openMemberPost } from './recovery/member-post.js'
