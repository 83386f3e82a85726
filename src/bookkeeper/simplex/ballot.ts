/** Votes that this node casts: durable before anybody sees them. */
import { encode, equal } from '#base'
import { noRoot, type VoteBody, voteBodyLayout, type VoteKind, votes } from '#ledger'
import type { Effect } from '../actor.js'
import type { Block, Message } from '../messages.js'
import { justificationOf } from './chain.js'
import { appendRecord } from './records.js'
import { addressOf, type Engine, leaderOf, type OwnVote, toOthers, viewState } from './state.js'

export const voteDomain = 'leither/ledger/vote/1'

export const bodyOf = (
  { options }: Engine,
  kind: VoteKind,
  view: bigint,
  hash: Uint8Array,
): VoteBody => ({
  org: options.org,
  level: options.level,
  prefix: options.prefix,
  cycle: options.cycle,
  kind,
  view,
  hash,
})

/** Whether a vote or certificate is of this committee and well-formed. */
export const isOurs = ({ options }: Engine, body: VoteBody): boolean =>
  equal(body.org, options.org) &&
  body.level === options.level &&
  body.prefix === options.prefix &&
  body.cycle === options.cycle &&
  (body.kind === votes.notarize || body.kind === votes.skip || body.kind === votes.finalize) &&
  (body.kind === votes.skip) === equal(body.hash, noRoot)

/** What tells the others of a vote: the leader's comes with the block and the reasons for it. */
function messageOf(engine: Engine, { body, signature, block }: OwnVote): Message {
  const { seat, application } = engine.options
  if (block === undefined || leaderOf(engine, body.view) !== seat) {
    return { kind: 'vote', ...addressOf(engine), body, seat, signature }
  }
  const pulse = application.newestPulse?.()
  return {
    kind: 'proposal',
    ...addressOf(engine),
    block,
    justification: justificationOf(engine, block),
    pulse: pulse === undefined ? [] : [pulse],
    signature,
  }
}

/** Votes; the others see it, and it counts here, once it is durable. */
export function castVote(
  engine: Engine,
  kind: VoteKind,
  view: bigint,
  hash: Uint8Array,
  block?: Block,
): void {
  const { signatures, key } = engine.options
  const body = bodyOf(engine, kind, view, hash)
  const signature = signatures.sign(key, voteDomain, encode(voteBodyLayout, body))
  const vote: OwnVote = block === undefined ? { body, signature } : { body, signature, block }
  viewState(engine, view).own.set(kind, vote)
  const then: Effect[] = [
    ...toOthers(engine, messageOf(engine, vote)),
    { kind: 'timer', name: `simplex/durable/${kind}/${view}`, afterMillis: 0 },
  ]
  const blocks = block === undefined ? [] : [block]
  appendRecord(engine, view, { kind: 'vote', body, signature, blocks }, then)
}

/** Says again what was voted in a view, to all others. */
export function repeatVotes(engine: Engine, view: bigint, kinds: readonly VoteKind[]): void {
  const own = engine.views.get(view)?.own
  for (const kind of kinds) {
    const vote = own?.get(kind)
    const isDurable = engine.views.get(view)?.heard.get(kind)?.has(engine.options.seat) === true
    if (vote === undefined || !isDurable) continue
    engine.effects.push(...toOthers(engine, messageOf(engine, vote)))
  }
}
