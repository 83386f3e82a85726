/**
 * ledger: an organization's accounts: the sparse Merkle tree, its synopses, what parties sign,
 * proofs, and the time-space snapshot store.
 * White paper: Part II, V to VII; protocol OL-1, B to D, I and P.
 */
export * from './account.js'
export * from './amount.js'
export * from './batch.js'
export * from './errors.js'
export * from './header.js'
export * from './merkle-list.js'
export * from './mmr.js'
export * from './page.js'
export * from './prefix.js'
export { checkProof, decodeProof, encodeProof } from './proof/check.js'
export { type ProofMaker, proofMaker, type TransferEvidence, transferProof } from './proof/make.js'
export * from './proof/proofs.js'
export * from './receipt.js'
export { openSnapshots } from './snapshot/open.js'
export { eraseSnapshots } from './snapshot/purge.js'
export { type Retention, standardRetention } from './snapshot/retention.js'
export * from './snapshot/snapshots.js'
export { storedLeaves } from './snapshot/stored.js'
export { streamRoot } from './snapshot/stream-root.js'
export * from './synopsis.js'
export * from './table.js'
export * from './transfer.js'
export * from './tree/account-tree.js'
export { accountTree } from './tree/tree.js'
