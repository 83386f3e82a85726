/**
 * database: the database kind of unit (paper 3.1, 4.1): Redis-like types in one ordered key space,
 * a working copy over a content-addressed search tree. For the folder above only.
 *
 * openWorkingDatabase(sources: WorkingSources): WorkingDatabase
 * openVersionDatabase({ blocks, root: CID | null }): Database
 * foldDatabase(blocks: Pick<Blocks, 'getSync' | 'putMany'>, root: CID | null, frozen): Promise<Folded>
 * diffDatabases(blocks, from: CID | null, to: CID | null): AsyncIterableIterator<DatabaseDifference>
 */
export type { DatabaseDifference, Folded, WorkingDatabase, WorkingSources } from './sources.js'
