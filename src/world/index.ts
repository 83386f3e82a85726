/**
 * world: the doors to the outside: Clock, Random, Disk, Wire, Log. Each has a contract suite
 * (`*.contract.ts`) that the real maker in `host` and the one in `memory/` both pass.
 */
import type { Clock } from './clock.js'
import type { Disk } from './disk.js'
import type { Log } from './log.js'
import type { Random } from './random.js'
import type { Wire } from './wire.js'

export { type Clock, sleep } from './clock.js'
export type { Change, Disk, Entry, Files, KeyValue, ScanRange, WriteOptions } from './disk.js'
export * from './errors.js'
export { checkFileName } from './file-name.js'
export { keyspace } from './keyspace.js'
export { type KeyText, keyText } from './key-text.js'
export type { Log, LogFacts, LogLevel } from './log.js'
export { checkRandomCount, type Random } from './random.js'
export type { Channel, Peer, PeerName, RecordRules, Wire, WireOptions } from './wire.js'
export { memoryDisk } from './memory/disk.js'
export { handClock, type HandClock } from './memory/clock.js'
export { seededRandom } from './memory/random.js'
export { memoryLog, type LogLine } from './memory/log.js'
export {
  type JoinOptions,
  memoryNetwork,
  type MemoryNetwork,
  type MemoryNetworkOptions,
} from './memory/wire.js'

/** Everything outside of one node. */
export interface World {
  readonly clock: Clock
  readonly random: Random
  readonly disk: Disk
  readonly log: Log
  /** undefined while the node keeps to itself */
  readonly wire: Wire | undefined
}
