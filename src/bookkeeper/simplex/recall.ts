/**
 * After a restart: what did I vote? A disk may have lost its newest part, or all of it. So a member
 * asks the others before it votes (spec OL-1, G). Every claim in an answer comes with its proof, a
 * certificate or the asker's own signature: a liar's answer is not counted, and so harms nobody.
 *
 * With this member counted among the f faulty, 2f answers are enough: of those who signed the
 * certificate by which it once entered its newest view, one honest member is among them.
 */
import { encode } from '#base'
import { voteBodyLayout } from '#ledger'
import { reached, send, tell } from '../actor.js'
import type { MessageOf } from '../messages.js'
import { isOurs, voteDomain } from './ballot.js'
import { noteShown } from './certificates.js'
import { appendRecord, floorOf, raiseFloor } from './records.js'
import {
  addressOf,
  type Answer,
  type Engine,
  mayAnswer,
  mostLies,
  noteLie,
  toOthers,
} from './state.js'

const timerName = 'simplex/recall'

/** Begins to ask, where that is needed. */
export function beginRecall(engine: Engine, isDamaged: boolean): void {
  const { recall, final, names } = engine
  const faulty = Math.floor((names.length - 1) / 3)
  recall.isDamaged = isDamaged
  const isLost = isDamaged || (recall.isBlank && final.header.height > 0n)
  if (faulty > 0) recall.needed = 2 * faulty
  else if (isLost) recall.needed = names.length - 1
  if (recall.needed > 0) ask(engine)
}

/** Names this start, and in its lower half the term: who is in another one cannot answer. */
const nonceOf = ({ options }: Engine): bigint =>
  BigInt.asUintN(64, (options.nonce << 32n) | BigInt(options.cycle))

const isOfTerm = ({ options }: Engine, nonce: bigint): boolean =>
  BigInt.asUintN(32, nonce) === BigInt(options.cycle)

function ask(engine: Engine): void {
  const { viewMillis, mostViewMillis } = engine.options.rules
  const nonce = nonceOf(engine)
  engine.effects.push(...toOthers(engine, { kind: 'recall', ...addressOf(engine), nonce }))
  const afterMillis = Math.round(
    Math.min(viewMillis * 1.5 ** engine.recall.attempt, 2 * mostViewMillis),
  )
  engine.recall.attempt++
  engine.effects.push({ kind: 'timer', name: timerName, afterMillis })
}

export function ringRecall(engine: Engine): void {
  if (!engine.recall.isDone) ask(engine)
}

/** Answers another member, with the proofs first. */
export function receiveRecall(engine: Engine, from: number, { nonce }: MessageOf<'recall'>): void {
  if (!isOfTerm(engine, nonce) || !mayAnswer(engine, from)) return
  const to = engine.names[from]
  const { vote } = engine.peers[from]
  const address = addressOf(engine)
  if (engine.entry !== undefined) {
    const certificate = { ...address, certificate: engine.entry }
    engine.effects.push(send(to, { kind: 'certificate', ...certificate }))
  }
  if (vote !== undefined) engine.effects.push(send(to, vote))
  const theirView = vote?.body.view ?? 0n
  const { view, final } = engine
  const { height } = final.header
  engine.effects.push(send(to, { kind: 'recalled', ...address, nonce, theirView, view, height }))
}

/** A vote of this node that another shows to it. */
export function receiveShown(engine: Engine, from: number, message: MessageOf<'vote'>): void {
  const { recall, options } = engine
  const { body, signature } = message
  if (recall.isDone || body.view <= recall.shownView || !isOurs(engine, body)) return
  const signed = encode(voteBodyLayout, body)
  const { publicKey } = options.key
  if (engine.peers[from].lies >= mostLies) return
  if (options.signatures.verify(publicKey, voteDomain, signed, signature)) {
    noteShown(engine, body.view)
  } else {
    noteLie(engine, from, 'a vote of ours that we did not sign')
  }
}

export function receiveRecalled(
  engine: Engine,
  from: number,
  { nonce, theirView, view, height }: MessageOf<'recalled'>,
): void {
  if (nonce !== nonceOf(engine) || engine.recall.isDone) return
  // The first answer asks least: a later one stands for it only while its claims lack proof.
  const before = engine.recall.answers.get(from)
  if (before !== undefined && isProven(engine, before)) return
  engine.recall.answers.set(from, { theirView, view, height })
}

function isProven({ recall, view }: Engine, answer: Answer): boolean {
  const { shownView, journalView } = recall
  const known = shownView > journalView ? shownView : journalView
  return answer.view <= view && answer.theirView <= known
}

/** Begins to vote once enough answers are here whose claims are proven. */
export function endRecall(engine: Engine): void {
  const { recall } = engine
  if (recall.isDone) return
  const counted = [...recall.answers.values()].filter((answer) => isProven(engine, answer))
  if (counted.length < recall.needed) return
  recall.isDone = true
  engine.isCurious = true
  if (recall.needed > 0) engine.effects.push({ kind: 'cancel', name: timerName })
  if (hasLost(engine))
    learn(
      engine,
      counted.map(({ view }) => view),
    )
}

/**
 * Whether votes may have been cast that the journal does not have. An empty journal is a beginning
 * as long as nothing is final: f + 1 have to say that something is, for one of them is honest.
 */
function hasLost({ recall, final, names }: Engine): boolean {
  if (recall.isDamaged || recall.shownView > recall.journalView) return true
  if (!recall.isBlank) return false
  const faulty = Math.floor((names.length - 1) / 3)
  const past = [...recall.answers.values()].filter(({ height }) => height > 0n)
  return final.header.height > 0n || past.length > faulty
}

/** Votes only in views that it cannot have voted in before. */
function learn(engine: Engine, views: readonly bigint[]): void {
  const { recall, final, names } = engine
  let newest = recall.shownView > final.header.view ? recall.shownView : final.header.view
  if (names.length > 3) {
    for (const view of views) if (view + 1n > newest) newest = view + 1n
  }
  raiseFloor(engine, newest)
  appendRecord(engine, newest, { kind: 'floor', ...floorOf(engine) }, [])
  engine.effects.push(reached('simplex/learner'))
  const what = `the journal lacks votes that were cast; votes only after view ${engine.floor}`
  engine.effects.push(tell({ kind: 'stuck', what }))
}
