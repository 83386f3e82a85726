/** What a hostile node can sign: its own name under anything. */
import { encode, equal, keyId } from '#base'
import type { Block, Message, MessageOf, NodeName } from '#bookkeeper'
import type { Key } from '#identity'
import {
  type Certificate,
  type Header,
  headerHash,
  levels,
  type VoteBody,
  voteBodyLayout,
  type VoteKind,
  votes,
} from '#ledger'
import type { HostilePlace } from '../checker.js'

/** Public keys of the committee that a post belongs to. */
export function membersOf({ arena, place }: HostilePlace): readonly Uint8Array[] {
  const { seating } = arena.genesis
  const committee = place.level === levels.root ? seating.root : seating.committee(place.prefix)
  return committee?.members ?? []
}

export const namesOf = (place: HostilePlace): NodeName[] =>
  membersOf(place).map((key) => keyId(key))

/** The others of the post's committee. */
export const othersOf = (place: HostilePlace): NodeName[] =>
  namesOf(place).filter((name) => name !== place.node.name)

export const seatOf = (place: HostilePlace): number =>
  membersOf(place).findIndex((key) => equal(key, place.node.key.publicKey))

export function voteBody(
  place: HostilePlace,
  kind: VoteKind,
  view: bigint,
  hash: Uint8Array,
): VoteBody {
  const { org } = place.arena.genesis.seating.charter
  const { level, prefix } = place.place
  return { org, level, prefix, cycle: 0, kind, view, hash }
}

export const signVote = ({ post }: HostilePlace, key: Key, body: VoteBody): Uint8Array =>
  post.signatures.sign(key, 'leither/ledger/vote/1', encode(voteBodyLayout, body))

/** A vote of the hostile node's own seat. */
export function forgeVote(place: HostilePlace, body: VoteBody): Message {
  const { level, prefix } = place.place
  const signature = signVote(place, place.node.key, body)
  return { kind: 'vote', level, prefix, body, seat: seatOf(place), signature }
}

/** The proposal with another block in it, signed anew as the leader's vote. */
export function reproposed(
  place: HostilePlace,
  proposal: MessageOf<'proposal'>,
  block: Block,
): MessageOf<'proposal'> {
  const { cycle, view } = block.header
  const body = { ...voteBody(place, votes.notarize, view, headerHash(block.header)), cycle }
  return { ...proposal, block, signature: signVote(place, place.node.key, body) }
}

export const reheaded = (block: Block, change: Partial<Header>): Block => ({
  ...block,
  header: { ...block.header, ...change },
})

/** A certificate with the votes of all allies that have a seat. */
export function alliedCertificate(place: HostilePlace, body: VoteBody): Certificate {
  const members = membersOf(place)
  const signers = members.flatMap((member, seat) => {
    const ally = place.allies.find(({ key }) => equal(key.publicKey, member))
    return ally === undefined ? [] : [{ seat, signature: signVote(place, ally.key, body) }]
  })
  return { body, signers }
}
