/** What the methods are made of. Each method names, with `Pick`, just the parts that it uses. */
import type { Grants } from '#apps'
import type { Blocks } from '#blocks'
import type { Key } from '#identity'
import type { Units } from '#mimei'
import type { Clock, Disk, Random } from '#world'
import type { Access } from './access.js'
import type { Accounts } from './accounts.js'
import type { Codes } from './codes.js'
import type { Delays } from './delays.js'
import type { EventHub } from './event-hub.js'
import type { NetworkGate } from './network-gate.js'
import type { PeersSeen } from './peers-seen.js'
import type { Sessions } from './sessions.js'
import type { Signing } from './signing.js'
import type { Sizes } from './sizes.js'
import type { Transactions } from './transactions.js'

/** What the node knows of itself. */
export interface Self {
  readonly key: Key
  readonly name: string
  readonly version: string
  /** milliseconds since 1970 */
  readonly started: number
  /** lets a caller from elsewhere claim a new node; undefined: only this machine may */
  readonly claimCode: string | undefined
  /** web address of the desktop */
  address(): string
  memoryBytes(): number
  /** Asks whoever runs the node to stop it. */
  stop(): void
}

export interface Parts {
  readonly self: Self
  readonly clock: Clock
  readonly random: Random
  readonly disk: Disk
  readonly blocks: Blocks
  readonly units: Units
  readonly network: NetworkGate
  readonly peersSeen: PeersSeen
  readonly access: Access
  readonly signing: Signing
  readonly accounts: Accounts
  readonly sessions: Sessions
  readonly delays: Delays
  readonly codes: Codes
  readonly grants: Grants
  readonly transactions: Transactions
  readonly events: EventHub
  readonly sizes: Sizes
}
