/**
 * What is put into a run beside the posts of bookkeepers: observers that check invariants, hostile
 * actors, and clients that make work (spec OL-1, D 4.2 to 4.4). These faces are all that they see.
 */
import type { Message, NodeName, Notice, Post, Role } from '#bookkeeper'
import type { Domain, Key, Signatures } from '#identity'
import type { Account, Prefix, Row } from '#ledger'
import type { Genesis } from '#organization'
import type { KeyValue } from '#world'
import type { Fault, Scenario } from './scenario.js'
import type { Stream } from './streams.js'

/** What a node does in one of its posts. Clients have one post besides: their own. */
export type PostKind = 'root' | 'branch' | 'keeper' | 'member' | 'client'

/** A post: what it is for. Members and clients have level 1 and the whole tree's prefix. */
export interface Place {
  readonly kind: PostKind
  readonly level: number
  readonly prefix: Prefix
}

/** An account that a client's node owns. */
export interface Person {
  readonly key: Key
  readonly account: Account
  /** of the client's node; also that node's `name` for its first person */
  readonly node: NodeName
}

/** A node as observers see it. */
export interface NodeView {
  /** place in `Arena.nodes`; scenarios name nodes by it */
  readonly index: number
  readonly name: NodeName
  readonly key: Key
  /** of its posts, in the order in which they are opened */
  readonly places: readonly Place[]
  /** false for nodes that the scenario makes hostile */
  readonly isHonest: boolean
  readonly isUp: boolean
  /** whether its disk was damaged beyond what a crash does (rot, rollback, loss) in this run */
  readonly isDamaged: boolean
  /** milliseconds since 1970 by this node's own clock */
  readonly clock: number
  /** the running role of a post; undefined while the node is down */
  role(place: Place): Role | undefined
  /** what a post has on its disk, in memory or durable */
  rows(place: Place): Pick<KeyValue, 'get' | 'scan'>
}

/** The whole run, for those who watch. Reading it changes nothing. */
export interface Arena {
  readonly seed: string
  readonly scenario: Scenario
  readonly genesis: Genesis
  readonly signatures: Signatures
  /** keys of the charter's supervisors and of the treasury's account */
  readonly supervisors: readonly Key[]
  readonly treasury: Key
  readonly people: readonly Person[]
  readonly nodes: readonly NodeView[]
  node(name: NodeName): NodeView | undefined
  /** true time: milliseconds since the run began */
  readonly time: number
  /** faults stop when the second phase begins; 'end' while `atEnd` runs */
  readonly phase: 'chaos' | 'healed' | 'end'
  /** the newest pulse that an honest node has told of */
  readonly pulse: bigint
  /** sum of bytes of messages that were sent, by kind */
  readonly traffic: ReadonlyMap<Message['kind'], { messages: number; bytes: number }>
  /** Counts a rare path that shows only from outside, beside those that roles tell of. */
  reached(mark: string): void
}

/** A message on its way, seen at the moment it was sent. */
export interface Sending {
  readonly from: NodeName
  readonly to: NodeName
  /** the sender's post */
  readonly place: Place
  readonly message: Message
  readonly bytes: number
  /** true times at which copies will arrive; none where the network loses it */
  readonly arrivals: readonly number[]
}

/**
 * Watches a run and throws `InvariantBroken` where it goes wrong. All calls are made after the
 * event that they tell of has been carried out by its node. Each is optional.
 */
export interface Observer {
  readonly name: string
  /** also of messages that the network will lose */
  sent?(sending: Sending): void
  /** just before the receiver's posts get it */
  delivered?(delivery: Pick<Sending, 'from' | 'to' | 'message'>): void
  told?(node: NodeView, place: Place, notice: Notice): void
  /** an honest node signed something: also while nobody has seen it yet */
  signed?(node: NodeView, domain: Domain, body: Uint8Array, signature: Uint8Array): void
  /** rows became durable */
  stored?(node: NodeView, place: Place, rows: readonly Row[]): void
  crashed?(node: NodeView, why: string): void
  restarted?(node: NodeView): void
  /** a fault begins (true) or ends */
  fault?(fault: Fault, begins: boolean): void
  /** all nodes are up, the network is clean, clocks are right */
  healed?(): void
  /** after every event of the heap */
  afterEvent?(): void
  /** an honest node told of this pulse, the first of all */
  atPulse?(pulse: bigint, hash: Uint8Array): void
  /**
   * What honest parties are still waiting for, in words; empty when nothing is. The run ends once
   * no observer is owed anything and the system is quiet; it fails with 'LIVE' when that takes
   * longer than the scenario allows.
   */
  owed?(): readonly string[]
  atEnd?(): void | Promise<void>
}
export type ObserverMaker = (arena: Arena) => Observer

/** What a hostile node may use in one of its posts. */
export interface HostilePlace {
  readonly arena: Arena
  readonly node: NodeView
  readonly place: Place
  /** key and signatures: it can sign what it likes, as itself */
  readonly post: Post
  /** posts of all hostile nodes, to plan together; filled before any role starts */
  readonly allies: readonly { readonly node: NodeView; readonly key: Key }[]
  /** dice of this post, of the stream 'hostile' */
  readonly dice: Stream
  /** the role that an honest node has here; may be opened more than once */
  openHonest(): Promise<Role>
}

/** A way to misbehave. Named in scenarios. */
export interface HostileKind {
  readonly name: string
  /** one sentence, for help and pictures */
  readonly does: string
  /** kinds of posts where it does something; in others the node acts honestly */
  readonly where: readonly PostKind[]
  /** stands in the place of the post's role; gets the same events */
  open(place: HostilePlace): Role | Promise<Role>
}

/** What a client's node may use. */
export interface ClientPlace {
  readonly arena: Arena
  readonly node: NodeView
  /** its people, with their keys */
  readonly people: readonly Person[]
  readonly signatures: Signatures
  /** dice of this client, of the stream 'workload' */
  readonly dice: Stream
  /** whether new work is to be made: false from the second phase on */
  isWorking(): boolean
}
/** A client is a role like others: it gets every message that is sent to its node. */
export type ClientMaker = (place: ClientPlace) => Role

/** What a run is made of. */
export interface Cast {
  readonly observers: readonly ObserverMaker[]
  readonly hostile: readonly HostileKind[]
  readonly client: ClientMaker
  /** opens the honest role of a post that is no client's */
  open(place: Place, post: Post): Promise<Role>
}
