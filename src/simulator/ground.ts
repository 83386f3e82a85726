/** What nodes of a run stand on: the one line of time, the wire, and those who watch. */
import type { Message, Notice, Post, Role } from '#bookkeeper'
import type { Signatures } from '#identity'
import type { Row } from '#ledger'
import type { NodeView, Place } from './checker.js'
import type { Stream } from './streams.js'
import type { Timeline } from './timeline.js'
import type { Tripwire } from './tripwire.js'
import type { Parcel } from './parcel.js'

export interface Ground {
  readonly timeline: Timeline
  readonly tripwire: Tripwire
  readonly diskDice: Stream
  /** median milliseconds of an fsync */
  readonly fsync: number
  /** opens whatever plays this post: an honest role, a hostile one, a client */
  open(node: NodeView, place: Place, post: Post): Promise<Role>
  /** what a post is given, but its disk and nonce */
  postOf(node: NodeView, place: Place): Omit<Post, 'disk' | 'nonce' | 'signatures'>
  sign(node: NodeView, ...args: Parameters<Signatures['sign']>): Uint8Array
  readonly verify: Signatures['verify']
  send(node: NodeView, place: Place, to: string, message: Message): void
  told(node: NodeView, place: Place, notice: Notice): void
  stored(node: NodeView, place: Place, rows: readonly Row[]): void
  /** the node's code threw */
  threw(node: NodeView, place: Place, error: unknown): void
  /** a post's disk has lost what was durable */
  damaged(node: NodeView, place: Place): void
  crashed(node: NodeView, why: string): void
  restarted(node: NodeView): void
  delivered(from: string, node: NodeView, parcel: Parcel, message: Message): void
}
