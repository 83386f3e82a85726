/** One engine by itself: whoever else speaks is a test. */
import { encode } from '#base'
import {
  type Certificate,
  headerHash,
  noRoot,
  type VoteBody,
  voteBodyLayout,
  type VoteKind,
  votes,
  wholeTree,
} from '#ledger'
import type { Effect } from '../actor.js'
import type { Block, Message, SealedBlock } from '../messages.js'
import { voteDomain } from './ballot.js'
import {
  cheapSignatures,
  committeeOfSize,
  Counting,
  keyOfSeat,
  testOrg,
} from './counting.contract.js'
import { Simplex } from './simplex.js'

export const address = { level: 1, prefix: wholeTree } as const
export const bodyOf = (kind: VoteKind, view: bigint, hash: Uint8Array): VoteBody => ({
  org: testOrg,
  ...address,
  cycle: 0,
  kind,
  view,
  hash,
})
export const signed = (seat: number, body: VoteBody) =>
  cheapSignatures.sign(keyOfSeat(seat), voteDomain, encode(voteBodyLayout, body))
export const certificate = (seats: readonly number[], body: VoteBody): Certificate => ({
  body,
  signers: seats.map((seat) => ({ seat, signature: signed(seat, body) })),
})
export const hashOf = ({ header }: Block) => headerHash(header)
export const notarized = (block: Block) =>
  certificate([0, 1, 2], bodyOf(votes.notarize, block.header.view, hashOf(block)))
export const skipped = (view: bigint) => certificate([0, 1, 2], bodyOf(votes.skip, view, noRoot))

/** One engine on seat 3 of four; whoever else speaks is the test. */
export class Lone {
  readonly application: Counting
  readonly engine: Simplex
  readonly journal: Uint8Array[] = []
  readonly said: Message[] = []
  readonly told: string[] = []
  readonly timers = new Set<string>()
  checks = 0

  constructor(
    records: readonly Uint8Array[] = [],
    isAnswered = true,
    isDamaged = false,
    rows = new Map<bigint, SealedBlock>(),
  ) {
    this.application = new Counting(rows)
    this.engine = new Simplex({
      org: testOrg,
      ...address,
      cycle: 0,
      committee: committeeOfSize(4),
      seat: 3,
      key: keyOfSeat(3),
      signatures: {
        sign: cheapSignatures.sign,
        verify: (...parts) => {
          this.checks++
          return cheapSignatures.verify(...parts)
        },
      },
      rules: { viewMillis: 250, mostViewMillis: 2000 },
      application: this.application,
      nonce: 5n,
    })
    this.journal.push(...records)
    this.#obey(this.engine.start(records, 0, isDamaged))
    if (isAnswered) for (const seat of [0, 1]) this.answer(seat, 1n, 0n)
  }

  answer(seat: number, view: bigint, theirView: bigint): void {
    this.hear(seat, { kind: 'recalled', ...address, nonce: 5n << 32n, theirView, view, height: 0n })
  }
  hear(seat: number, message: Message): void {
    this.#obey(this.engine.receive(keyOfSeat(seat).id, message, 0))
  }
  vote(seat: number, kind: VoteKind, view: bigint, hash: Uint8Array, by = seat): void {
    const body = bodyOf(kind, view, hash)
    this.hear(seat, { kind: 'vote', ...address, body, seat, signature: signed(by, body) })
  }
  certify(shown: Certificate, from = 0): void {
    this.hear(from, { kind: 'certificate', ...address, certificate: shown })
  }
  propose(block: Block, justification: readonly Certificate[], body = block.body): void {
    const seat = Number(block.header.view % 4n)
    const signature = signed(seat, bodyOf(votes.notarize, block.header.view, hashOf(block)))
    const shown = { header: block.header, body }
    const rest = { ...address, block: shown, justification, pulse: [], signature }
    this.hear(seat, { kind: 'proposal', ...rest })
  }
  ring(timer: string): void {
    this.timers.delete(timer)
    this.#obey(this.engine.ring(timer, 0))
  }
  poke(): void {
    this.#obey(this.engine.poke(0))
  }
  forget(height: bigint): void {
    this.#obey(this.engine.forget(height, 0))
  }

  /** Votes that were said, as kind/view. */
  get votes(): string[] {
    const found = this.said.flatMap((message) => {
      if (message.kind === 'proposal') return [`${votes.notarize}/${message.block.header.view}`]
      return message.kind === 'vote' && message.seat === 3
        ? [`${message.body.kind}/${message.body.view}`]
        : []
    })
    return [...new Set(found)]
  }

  #obey(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'send') this.said.push(effect.message)
      else if (effect.kind === 'tell') {
        const { notice } = effect
        this.told.push('mark' in notice ? notice.mark : notice.kind)
      } else if (effect.kind === 'append') {
        this.journal.push(effect.record)
        this.#obey(effect.then)
      } else if (effect.kind === 'rewrite') {
        this.journal.splice(0, this.journal.length, ...effect.records)
        this.#obey(effect.then)
      } else if (effect.kind === 'timer') {
        if (effect.name.startsWith('simplex/durable/')) {
          this.#obey(this.engine.ring(effect.name, 0))
        } else this.timers.add(effect.name)
      } else if (effect.kind === 'cancel') this.timers.delete(effect.name)
    }
  }
}
