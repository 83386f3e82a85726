/**
 * Votes that are heard: each is checked once, and a quorum of them is a certificate. A seat that
 * says two things where an honest one says one is evidence against itself.
 */
import { encode, equal } from '#base'
import { type VoteBody, voteBodyLayout, type VoteKind, votes } from '#ledger'
import { reached, send, tell } from '../actor.js'
import type { MessageOf } from '../messages.js'
import { isOurs, voteDomain } from './ballot.js'
import { takeCertificate } from './certificates.js'
import {
  addressOf,
  type Engine,
  type HeardVote,
  mayAnswer,
  viewState,
  viewWindow,
} from './state.js'

/** Evidence that is kept; one pair is enough to convict. */
const mostEvidence = 64

/** After a restart: what was cast before may be all that was wanting. */
export function countAgain(engine: Engine): void {
  const own = [...engine.views.values()].flatMap((state) => [...state.own.values()])
  for (const { body } of own) if (engine.views.has(body.view)) countVotes(engine, body)
}

/** A vote of ours has become durable: from now on it counts. */
export function countOwn(engine: Engine, kind: VoteKind, view: bigint): void {
  if (view <= engine.final.header.view) return
  const vote = viewState(engine, view).own.get(kind)
  if (vote !== undefined) hearVote(engine, engine.options.seat, vote.body, vote.signature)
}

/**
 * Takes a vote of a seat.
 * @returns new: it counts; known: it counted before; void: it does not count
 */
export function hearVote(
  engine: Engine,
  seat: number,
  body: VoteBody,
  signature: Uint8Array,
): 'new' | 'known' | 'void' {
  const distance = body.view - engine.view
  if (body.view <= engine.final.header.view || distance > viewWindow || distance < -viewWindow) {
    return 'void'
  }
  const kind = body.kind as VoteKind
  const heard = viewState(engine, body.view).heard.get(kind)
  const before = heard?.get(seat)
  if (before !== undefined) return compareVotes(engine, seat, body, signature, before)
  const isOwn = seat === engine.options.seat
  const isFalse = !isOwn && !isSigned(engine, seat, body, signature)
  heard?.set(seat, { hash: body.hash, signature, isFalse, hasRival: false })
  if (isFalse) {
    engine.effects.push(reached('simplex/false-signature'))
    return 'void'
  }
  noteNewest(engine, seat, body, signature)
  seekContradiction(engine, seat, body, signature)
  countVotes(engine, body)
  return 'new'
}

const isSigned = ({ options }: Engine, seat: number, body: VoteBody, signature: Uint8Array) =>
  options.signatures.verify(
    options.committee.members[seat],
    voteDomain,
    encode(voteBodyLayout, body),
    signature,
  )

function compareVotes(
  engine: Engine,
  seat: number,
  body: VoteBody,
  signature: Uint8Array,
  before: HeardVote,
): 'known' | 'void' {
  if (before.isFalse) return 'void'
  if (equal(before.hash, body.hash)) return 'known'
  if (before.hasRival) return 'void'
  before.hasRival = true
  if (isSigned(engine, seat, body, signature)) {
    accuse(engine, seat, { ...body, hash: before.hash }, before.signature, body, signature)
  }
  return 'void'
}

/** To skip a view and to finalize it exclude each other. */
function seekContradiction(engine: Engine, seat: number, body: VoteBody, signature: Uint8Array) {
  if (body.kind === votes.notarize) return
  const kind = body.kind === votes.skip ? votes.finalize : votes.skip
  const other = engine.views.get(body.view)?.heard.get(kind)?.get(seat)
  if (other === undefined || other.isFalse) return
  const first = { ...body, kind, hash: other.hash }
  accuse(engine, seat, first, other.signature, body, signature)
}

function accuse(
  engine: Engine,
  seat: number,
  first: VoteBody,
  firstSignature: Uint8Array,
  second: VoteBody,
  signature: Uint8Array,
): void {
  const vote = (body: VoteBody, signed: Uint8Array): MessageOf<'vote'> => ({
    kind: 'vote',
    ...addressOf(engine),
    body,
    seat,
    signature: signed,
  })
  if (engine.evidence.length < mostEvidence) {
    const pair = { seat, first: vote(first, firstSignature), second: vote(second, signature) }
    engine.evidence.push(pair)
  }
  const what = `two votes that exclude each other in view ${second.view}`
  engine.effects.push(tell({ kind: 'evidence', what, node: engine.names[seat] }))
}

function noteNewest(engine: Engine, seat: number, body: VoteBody, signature: Uint8Array): void {
  const peer = engine.peers[seat]
  if (peer.vote !== undefined && peer.vote.body.view >= body.view) return
  peer.vote = { kind: 'vote', ...addressOf(engine), body, seat, signature }
}

function countVotes(engine: Engine, body: VoteBody): void {
  const heard = engine.views.get(body.view)?.heard.get(body.kind as VoteKind)
  if (heard === undefined) return
  const agreeing = [...heard].filter(([, vote]) => !vote.isFalse && equal(vote.hash, body.hash))
  if (agreeing.length < engine.quorum) return
  const signers = agreeing
    .sort(([a], [b]) => a - b)
    .slice(0, engine.quorum)
    .map(([seat, { signature }]) => ({ seat, signature }))
  takeCertificate(engine, { body, signers })
}

/** A vote that came over the wire. */
export function receiveVote(engine: Engine, from: number, message: MessageOf<'vote'>): void {
  const { body, seat, signature } = message
  if (seat !== from || !isOurs(engine, body)) return
  const outcome = hearVote(engine, seat, body, signature)
  const isRepeated = outcome === 'known' || body.kind === votes.skip
  if (isRepeated && body.view < engine.view) answerLate(engine, seat, body)
}

/** Whoever still votes in a view that is over may have missed why. */
function answerLate(engine: Engine, seat: number, { view }: VoteBody): void {
  if (seat === engine.options.seat || !mayAnswer(engine, seat)) return
  const state = engine.views.get(view)
  const certificates =
    view <= engine.final.header.view
      ? [engine.final.certificate]
      : [state?.notarization, state?.skip, engine.entry]
  for (const certificate of new Set(certificates)) {
    if (certificate === undefined) continue
    const message = { kind: 'certificate', ...addressOf(engine), certificate } as const
    engine.effects.push(send(engine.names[seat], message))
  }
}
