/**
 * mimei: the unit of information: identity, working copy, versions, backup, release, references;
 * file units and database units. White paper: Part I, III (MiMei), IV (label), V (storage).
 */
export type {
  Database,
  KeyType,
  Reading,
  ScanOptions,
  ScorePair,
  Transaction,
  Writing,
} from './database/database.js'
export * from './database/errors.js'
export * from './errors.js'
export type { FileEntry, FileTree } from './files/tree.js'
export { compareHeads } from './records/head.js'
export type {
  BackupOptions,
  CreateUnit,
  Difference,
  Head,
  Unit,
  UnitEvent,
  UnitInfo,
  Units,
  Version,
  VersionName,
} from './unit.js'
export { openUnits, type UnitsSources } from './units.js'
