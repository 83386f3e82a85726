/**
 * How a role meets the world: events in, effects out (spec OL-1, D 4.2). A role never waits, never
 * looks at a clock and never rolls dice: the same events give the same effects, on a node and in a
 * simulator.
 */
import type { Prefix, Row } from '#ledger'
import type { Message } from './messages.js'

/** A node as others name it: the id of its public key (27 characters). */
export type NodeName = string

/** What a role asks of its shell. Carried out in the order given. */
export type Effect =
  | { readonly kind: 'send'; readonly to: NodeName; readonly message: Message }
  /** Rings once; a timer of the same name that has not rung is replaced. */
  | { readonly kind: 'timer'; readonly name: string; readonly afterMillis: number }
  | { readonly kind: 'cancel'; readonly name: string }
  /**
   * Appends a record to the role's journal. `then` is carried out once the record is on stable
   * storage (fsync): a vote is durable before anybody sees it. After a crash before that it is as
   * if nothing had been decided.
   */
  | { readonly kind: 'append'; readonly record: Uint8Array; readonly then: readonly Effect[] }
  /** Replaces the whole journal, at once or not at all; `then` once that is durable. */
  | {
      readonly kind: 'rewrite'
      readonly records: readonly Uint8Array[]
      readonly then: readonly Effect[]
    }
  /** Writes rows, all or none; `then` once they are durable. */
  | { readonly kind: 'store'; readonly rows: readonly Row[]; readonly then: readonly Effect[] }
  /** Says something to whoever watches this node: clients, a checker, a log. */
  | { readonly kind: 'tell'; readonly notice: Notice }

/** What happened, for those who watch. Ids and hashes are bytes. */
export type Notice =
  /** the branch has finalized a block with this transfer or order */
  | {
      readonly kind: 'accepted'
      readonly prefix: Prefix
      readonly id: Uint8Array
      readonly height: bigint
    }
  /** the transfer or order was dropped, and why */
  | { readonly kind: 'refused'; readonly id: Uint8Array; readonly code: string }
  /** the branch's block of this height is in this pulse */
  | {
      readonly kind: 'included'
      readonly prefix: Prefix
      readonly height: bigint
      readonly pulse: bigint
    }
  /** this node knows this pulse as finalized */
  | { readonly kind: 'pulse'; readonly pulse: bigint; readonly hash: Uint8Array }
  /** the branch finalized a block */
  | {
      readonly kind: 'finalized'
      readonly prefix: Prefix
      readonly height: bigint
      readonly hash: Uint8Array
    }
  /** two signed things that no honest bookkeeper signs both; or a neighbour that served lies */
  | { readonly kind: 'evidence'; readonly what: string; readonly node: NodeName }
  /** a rare path was taken: the simulator counts these */
  | { readonly kind: 'reached'; readonly mark: string }
  /** something cannot go on, with what it needs */
  | { readonly kind: 'stuck'; readonly what: string }

/** One role of one node: a bookkeeper of a branch or of the root, a keeper, a member. */
export interface Role {
  /** Begins, or begins again after a restart. @param now milliseconds of this node's clock */
  start(now: number): readonly Effect[]
  receive(from: NodeName, message: Message, now: number): readonly Effect[]
  ring(timer: string, now: number): readonly Effect[]
}

export const send = (to: NodeName, message: Message): Effect => ({ kind: 'send', to, message })
export const tell = (notice: Notice): Effect => ({ kind: 'tell', notice })
export const reached = (mark: string): Effect => tell({ kind: 'reached', mark })
