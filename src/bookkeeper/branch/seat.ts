/** One seat of a branch's committee: who sits there, among whom, and by which rules. */
import { equal, keyId } from '#base'
import { type Committee, levels, type Prefix, wholeTree } from '#ledger'
import { CharterInvalid, type Rules } from '#organization'
import { type Effect, type NodeName, send } from '../actor.js'
import type { Message } from '../messages.js'
import type { Post } from '../post.js'

export interface Seat {
  readonly post: Post
  readonly prefix: Prefix
  readonly org: Uint8Array
  readonly rules: Rules
  readonly committee: Committee
  /** this node's place in the committee */
  readonly seat: number
  readonly name: NodeName
  /** the committee's nodes by seat, this one included */
  readonly members: readonly NodeName[]
  readonly keepers: readonly NodeName[]
  readonly root: readonly NodeName[]
}

/** Text that names bytes in a map. */
export const keyOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

/** @throws CharterInvalid where the charter gives this node no seat in the branch */
export function seatOf(post: Post, prefix: Prefix): Seat {
  const { seating } = post.genesis
  const committee = seating.committee(prefix)
  const seat = committee?.members.findIndex((key) => equal(key, post.key.publicKey)) ?? -1
  if (committee === undefined || seat < 0) {
    throw new CharterInvalid(`node ${post.key.id} has no seat in branch "${prefix}"`)
  }
  return {
    post,
    prefix,
    org: seating.charter.org,
    rules: seating.charter.rules,
    committee,
    seat,
    name: post.key.id,
    members: committee.members.map((key) => keyId(key)),
    keepers: seating.keepers(prefix).map((key) => keyId(key)),
    root: seating.root.members.map((key) => keyId(key)),
  }
}

/** How many of a committee may be hostile. */
export const faultsOf = (members: number): number => Math.floor((members - 1) / 3)

/** Where messages of a branch go. */
export const toBranch = (prefix: Prefix) => ({ level: levels.branch, prefix }) as const
export const toRoot = { level: levels.root, prefix: wholeTree } as const

/** One message to each of these nodes but the own one. */
export const sendAll = (
  { name }: Seat,
  nodes: readonly NodeName[],
  message: Message,
): readonly Effect[] => nodes.filter((node) => node !== name).map((node) => send(node, message))
