/** oracle: what the organization must be, by a second and simpler account of it. */
export { BlockStore } from './block-store.js'
export { type Finding, MapLedger } from './map-ledger.js'
export { naiveRoot, naiveSums } from './naive-root.js'
export { Oracle, type ReplayedPulse } from './oracle.js'
