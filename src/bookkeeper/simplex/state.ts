/** What an engine is made of, and what it remembers between two events. */
import { keyId, toHex } from '#base'
import type { Key, Signatures } from '#identity'
import {
  type Certificate,
  type Committee,
  type Header,
  headerHash,
  type Level,
  type Prefix,
  quorum,
  type VoteBody,
  type VoteKind,
} from '#ledger'
import type { Rules } from '#organization'
import { type Effect, type NodeName, send, tell } from '../actor.js'
import type { Block, Message, MessageOf } from '../messages.js'
import type { Application } from './application.js'

/** What an engine is made of. */
export interface SimplexOptions {
  readonly org: Uint8Array
  readonly level: Level
  readonly prefix: Prefix
  readonly cycle: number
  readonly committee: Committee
  /** this node's place in the committee */
  readonly seat: number
  readonly key: Key
  readonly signatures: Signatures
  readonly rules: Pick<Rules, 'viewMillis' | 'mostViewMillis'>
  readonly application: Application
  /** differs with every start of the node */
  readonly nonce: bigint
}

/** Views ahead of and behind the current one of which votes are kept. */
export const viewWindow = 64n

/** The first vote of one kind that a seat was heard to cast in a view. */
export interface HeardVote {
  readonly hash: Uint8Array
  readonly signature: Uint8Array
  /** its signature did not hold: nothing of this kind is heard from the seat in this view */
  readonly isFalse: boolean
  /** a second, different one was looked at already */
  hasRival: boolean
}

/** A vote of this node, in its journal. */
export interface OwnVote {
  readonly body: VoteBody
  readonly signature: Uint8Array
  /** what a notarizing vote is for */
  readonly block?: Block
}

export interface ViewState {
  readonly heard: ReadonlyMap<VoteKind, Map<number, HeardVote>>
  readonly own: Map<VoteKind, OwnVote>
  notarization?: Certificate
  skip?: Certificate
  finalization?: Certificate
  /** its proposal was looked at and refused */
  isRefused: boolean
  /** blocks that it needs were asked for */
  isFetched: boolean
}

/** A block whose content is not yet known to belong to its header. */
export interface Offer {
  readonly block: Block
  readonly hash: Uint8Array
  readonly from: NodeName
}

/** Two signed things of one seat that no honest bookkeeper signs both. */
export interface Evidence {
  readonly seat: number
  readonly first: MessageOf<'vote'>
  readonly second: MessageOf<'vote'>
}

/** What a member says about another's votes, and where it is itself. */
export interface Answer {
  readonly theirView: bigint
  readonly view: bigint
  readonly height: bigint
}

/** What was asked of the others after a restart. */
export interface Recall {
  isDone: boolean
  /** by seat: what it said last */
  readonly answers: Map<number, Answer>
  /** answers without which this node does not vote */
  needed: number
  /** the journal knew of no vote at all */
  isBlank: boolean
  isDamaged: boolean
  /** newest view of which the journal has a vote of ours */
  journalView: bigint
  /** newest view of which somebody has shown a vote of ours */
  shownView: bigint
  attempt: number
}

export interface Engine {
  readonly options: SimplexOptions
  /** by seat */
  readonly names: readonly NodeName[]
  readonly seats: ReadonlyMap<NodeName, number>
  readonly quorum: number
  /** what the event at hand has led to so far */
  effects: Effect[]
  now: number
  view: bigint
  /** by which the view was entered */
  entry?: Certificate
  skipsInRow: number
  final: { header: Header; hash: Uint8Array; certificate?: Certificate }
  readonly views: Map<bigint, ViewState>
  /** after the finalized one, with content that belongs to them; by hash */
  readonly blocks: Map<string, Block>
  readonly offers: Map<string, Offer>
  /** votes are cast only in later views */
  floor: bigint
  readonly recall: Recall
  /** the application is worth asking again */
  isCurious: boolean
  /** a notarized block has waited long for finality */
  isStuck: boolean
  viewTimer: { isSet: boolean; rings: number }
  /** waiting: the oldest view whose block was notarized and not final when it last rang */
  statusTimer: { isSet: boolean; isSlow: boolean; waiting?: bigint; rings: number }
  /** who was asked for finalized blocks last, and when */
  fetching: { seat: number; at: number }
  /** by seat: what was heard last */
  readonly peers: Peer[]
  readonly evidence: Evidence[]
  /** what has been in the journal since it was last rewritten */
  readonly journal: { readonly view: bigint; readonly record: Uint8Array }[]
  /** views of finalized heights whose records are in the journal */
  readonly viewsOfHeights: Map<bigint, bigint>
}

export interface Peer {
  view: bigint
  height: bigint
  /** its newest vote */
  vote?: MessageOf<'vote'>
  /** certificates and blocks from it that were false */
  lies: number
  /** what it got from us since our view last changed, or our last status */
  answers: number
  /** it had no block that we asked for, since our height last changed */
  isEmpty: boolean
}

const blankPeer = (): Peer => ({ view: 0n, height: 0n, lies: 0, answers: 0, isEmpty: false })

export function blankEngine(options: SimplexOptions): Engine {
  const names = options.committee.members.map((publicKey) => keyId(publicKey) as NodeName)
  const header = options.application.finalizedHeader
  return {
    options,
    names,
    seats: new Map(names.map((name, seat) => [name, seat])),
    quorum: quorum(names.length),
    effects: [],
    now: 0,
    view: header.view + 1n,
    skipsInRow: 0,
    final: { header, hash: headerHash(header) },
    views: new Map(),
    blocks: new Map(),
    offers: new Map(),
    floor: 0n,
    recall: {
      isDone: false,
      answers: new Map(),
      needed: 0,
      isBlank: true,
      isDamaged: false,
      journalView: 0n,
      shownView: 0n,
      attempt: 0,
    },
    isCurious: true,
    isStuck: false,
    viewTimer: { isSet: false, rings: 0 },
    statusTimer: { isSet: false, isSlow: false, rings: 0 },
    fetching: { seat: -1, at: -Infinity },
    peers: names.map(blankPeer),
    evidence: [],
    journal: [],
    viewsOfHeights: new Map(),
  }
}

const blankView = (): ViewState => ({
  heard: new Map([
    [1, new Map()],
    [2, new Map()],
    [3, new Map()],
  ]),
  own: new Map(),
  isRefused: false,
  isFetched: false,
})

/** What is known of a view; made where there is nothing yet. */
export function viewState({ views }: Engine, view: bigint): ViewState {
  let state = views.get(view)
  if (state === undefined) {
    state = blankView()
    views.set(view, state)
  }
  return state
}

export const keyOf = (hash: Uint8Array): string => toHex(hash)

/** Fields that say whom a message is for. */
export const addressOf = ({ options }: Engine) => ({
  level: options.level,
  prefix: options.prefix,
})

/** Names of the other members. */
export const others = ({ names, options }: Engine): NodeName[] =>
  names.filter((_, seat) => seat !== options.seat)

export const toOthers = (engine: Engine, message: Message): Effect[] =>
  others(engine).map((name) => send(name, message))

export const leaderOf = ({ names }: Engine, view: bigint): number =>
  Number(view % BigInt(names.length))

/** The block that a quorum wants in this view, if it is known: notarized or already finalized. */
export const certifiedIn = (state: ViewState | undefined): Certificate | undefined =>
  state?.notarization ?? state?.finalization

/** Whether this node may vote in a view: see recall.ts. */
export const mayVote = ({ recall, floor }: Engine, view: bigint): boolean =>
  recall.isDone && view > floor

/** Answers to one member between two of our own statuses, or in one view. */
const mostAnswers = 8

/** Whether this member may have another answer by now: who floods gets no more. */
export const mayAnswer = ({ peers }: Engine, seat: number): boolean =>
  peers[seat].answers++ < mostAnswers

export const viewTimerName = 'simplex/view'

/** False certificates and blocks after which a member's are not looked at any more. */
export const mostLies = 4

/** A member served something that it could have seen to be false. */
export function noteLie(engine: Engine, from: number, what: string): void {
  engine.peers[from].lies++
  engine.effects.push(tell({ kind: 'evidence', what, node: engine.names[from] }))
}
