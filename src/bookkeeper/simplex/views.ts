/** Views: what is proposed in one, how a proposal is judged, and when it is skipped. */
import { equal } from '#base'
import { headerHash, noRoot, votes } from '#ledger'
import { reached } from '../actor.js'
import type { MessageOf } from '../messages.js'
import { bodyOf, castVote, repeatVotes } from './ballot.js'
import { receiveCertificate } from './certificates.js'
import {
  ancestryOf,
  fetchMissing,
  isSkipped,
  isWanted,
  notarizedAncestry,
  offer,
  parentChain,
  viewOfParent,
} from './chain.js'
import {
  addressOf,
  type Engine,
  keyOf,
  leaderOf,
  mayVote,
  type Offer,
  toOthers,
  viewState,
  viewTimerName,
} from './state.js'
import { hearVote } from './votes.js'

/** Proposes, if this node leads and the application has something. */
export function propose(engine: Engine): void {
  const { view, options, now, isStuck } = engine
  if (leaderOf(engine, view) !== options.seat || !mayVote(engine, view)) return
  const own = engine.views.get(view)?.own
  if (own?.has(votes.notarize) === true || own?.has(votes.skip) === true) return
  const chain = parentChain(engine)
  if (chain === undefined) fetchOnce(engine)
  const block = chain && options.application.propose(chain, view, now, isStuck)
  if (block === undefined) return
  const hash = headerHash(block.header)
  engine.blocks.set(keyOf(hash), block)
  castVote(engine, votes.notarize, view, hash, block)
}

/** A proposal is its leader's vote, with the block and the reasons why it may stand there. */
export function receiveProposal(
  engine: Engine,
  from: number,
  message: MessageOf<'proposal'>,
): void {
  const { block, justification, signature } = message
  const { header } = block
  const { org, prefix } = engine.options
  if (!equal(header.org, org) || header.prefix !== prefix) return
  if (header.view <= engine.final.header.view || leaderOf(engine, header.view) !== from) return
  for (const certificate of justification) receiveCertificate(engine, from, certificate)
  const hash = headerHash(block.header)
  const body = bodyOf(engine, votes.notarize, header.view, hash)
  if (hearVote(engine, from, body, signature) === 'void') return
  if (engine.blocks.has(keyOf(hash)) || engine.offers.has(keyOf(hash))) return
  if (header.view === engine.view || isWanted(engine, hash)) {
    offer(engine, block, hash, engine.names[from])
  }
}

/** Votes for the proposal of this view if it may stand where it stands. */
export function judge(engine: Engine): void {
  const { view } = engine
  const state = engine.views.get(view)
  if (state === undefined || state.isRefused || state.own.has(votes.notarize)) return
  if (!mayVote(engine, view)) return
  const held = [...engine.offers.values()].find(({ block }) => block.header.view === view)
  if (held === undefined) return
  const verdict = verdictOn(engine, held)
  if (verdict === 'later') return
  if (verdict === 'invalid') {
    state.isRefused = true
    engine.effects.push(reached('simplex/refused-proposal'))
    return
  }
  engine.offers.delete(keyOf(held.hash))
  engine.blocks.set(keyOf(held.hash), held.block)
  castVote(engine, votes.notarize, view, held.hash, held.block)
}

function verdictOn(engine: Engine, { block }: Offer): 'valid' | 'invalid' | 'later' {
  const { header } = block
  const parent = viewOfParent(engine, header.prev)
  if (parent === undefined || !isSkipped(engine, parent, header.view)) return 'later'
  const chain = ancestryOf(engine, header.prev)
  if (chain === undefined) {
    fetchOnce(engine)
    return 'later'
  }
  const { height } = chain.at(-1)?.header ?? engine.final.header
  if (header.height !== height + 1n) return 'invalid'
  return engine.options.application.check(block, chain, engine.now)
}

/** Asks at once for blocks without which this view cannot go on; timers ask again. */
function fetchOnce(engine: Engine): void {
  const state = viewState(engine, engine.view)
  if (!state.isFetched) fetchMissing(engine, 0)
  state.isFetched = true
}

/** The view's timer runs once a block is owed here, or others are seen to work. */
export function armView(engine: Engine): void {
  if (engine.viewTimer.isSet || !(isWorking(engine) || isOwed(engine))) return
  const { viewMillis, mostViewMillis } = engine.options.rules
  const first = Math.min(viewMillis * 1.5 ** slowness(engine), mostViewMillis)
  const afterMillis = Math.round(
    Math.min(first * 1.5 ** engine.viewTimer.rings, Math.max(first, 4 * mostViewMillis)),
  )
  engine.viewTimer.isSet = true
  engine.effects.push({ kind: 'timer', name: viewTimerName, afterMillis })
}

/** Views that may be on their way to finality where all goes well. */
const usualLead = 3

/**
 * How patient to be: views skipped in a row, or views that were certified and yet not finalized,
 * because half of the committee gave them up too early.
 */
function slowness({ skipsInRow, view, final }: Engine): number {
  return Math.max(skipsInRow, Number(view - final.header.view) - usualLead, 0)
}

const isWorking = (engine: Engine): boolean => {
  const state = engine.views.get(engine.view)
  if (state === undefined) return false
  return state.own.size > 0 || [...state.heard.values()].some((heard) => heard.size > 0)
}

const isOwed = (engine: Engine): boolean => {
  if (engine.isStuck) return true
  if (!engine.isCurious) return false
  return engine.options.application.isOwed(notarizedAncestry(engine), engine.now)
}

/** The view's time is up: skip it; and if that has not helped, say everything again. */
export function ringView(engine: Engine): void {
  const { view, viewTimer } = engine
  viewTimer.isSet = false
  const own = viewState(engine, view).own
  if (mayVote(engine, view) && !own.has(votes.skip)) {
    castVote(engine, votes.skip, view, noRoot)
  } else {
    repeatVotes(engine, view, [votes.notarize, votes.skip])
    if (engine.entry !== undefined) {
      const certificate = { certificate: engine.entry, ...addressOf(engine) }
      engine.effects.push(...toOthers(engine, { kind: 'certificate', ...certificate }))
    }
    fetchMissing(engine, viewTimer.rings)
    engine.isCurious = true
  }
  viewTimer.rings++
}
