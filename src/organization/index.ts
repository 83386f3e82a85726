/**
 * organization: the charter, who sits where, and what an organization begins with. Pure.
 * White paper: Part II, I to III and 6.2; protocol OL-1, A and H.
 */
export * from './charter.js'
export * from './errors.js'
export * from './genesis.js'
