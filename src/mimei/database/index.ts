/**
 * database: the database kind of unit (paper 3.1, 4.1): Redis-like types in one ordered key space,
 * a
 * working copy over a content-addressed search tree. For the folder above only.
 */
export * from './errors.js'
export { diffDatabases, foldDatabase } from './fold.js'
export { endOfDatabase } from './layout.js'
export type { DatabaseDifference, Folded, WorkingDatabase, WorkingSources } from './sources.js'
export { emptyRoot } from './tree-write.js'
export { openVersionDatabase } from './version.js'
export { openWorkingDatabase } from './working.js'
