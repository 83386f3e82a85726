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
export { type Bound, modelCheck, type Searched } from './simplex/model-check.js'
export * from './simplex/simplex.js'
export * from './branch/branch-ledger.js'
export { openBranchPost } from './branch/branch-post.js'
export { branchLedger, type BranchLedgerOptions } from './branch/branch-state.js'
export { type DataPlace, openClosedData, type OpenData } from './branch/closed-data.js'
export { makeImport } from './branch/imports.js'
export { openingLedger, type OpeningOptions, openingPrev } from './branch/opening.js'
export * from './errors.js'
export { openRootPost } from './root/root-post.js'
export { rootBodyLayout } from './root/state.js'
export { openKeeperPost } from './keeper/keeper-post.js'
export { openMemberPost } from './recovery/member-post.js'
