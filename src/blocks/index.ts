/**
 * blocks: the content store: immutable blocks by CID, UnixFS files and directories, pins,
 * collection, CAR in and out. White paper: Part I, 4.1 (labels and synopses), 5.4 (storage).
 */
export { makeBlock } from './block.js'
export type { Block, Blocks, CollectOptions, CollectReport } from './blocks.js'
export { type ImportedCar, exportCar, importCar } from './car.js'
export { contentType } from './content-type.js'
export { type WalkedBlock, dagLinks, dagMissing, walkDag } from './dag.js'
export * from './errors.js'
export { type ScratchBlocks, scratchBlocks } from './scratch.js'
export { openBlocks } from './store/open.js'
export { type AddOptions, type Leaf, addFile } from './unixfs/add.js'
export { type PathChange, changeDirectory } from './unixfs/change.js'
export {
  type DirectoryEntry,
  type PathStat,
  emptyDirectory,
  emptyDirectoryBytes,
  listDirectory,
  statPath,
} from './unixfs/directory.js'
export { withModified } from './unixfs/modified.js'
export { type ReadRange, fileSize, leadingLeaves, readFile } from './unixfs/read.js'
