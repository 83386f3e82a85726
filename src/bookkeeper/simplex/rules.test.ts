import { describe, expect, it } from 'vitest'
import { encode, equal } from '#base'
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
import type { Block, Message, MessageOf, SealedBlock } from '../messages.js'
import { voteDomain } from './ballot.js'
import {
  blockOf,
  cheapSignatures,
  committeeOfSize,
  Counting,
  genesisHeader,
  keyOfSeat,
  testOrg,
} from './rehearsal.contract.js'
import { Simplex } from './simplex.js'

const address = { level: 1, prefix: wholeTree } as const
const bodyOf = (kind: VoteKind, view: bigint, hash: Uint8Array): VoteBody => ({
  org: testOrg,
  ...address,
  cycle: 0,
  kind,
  view,
  hash,
})
const signed = (seat: number, body: VoteBody) =>
  cheapSignatures.sign(keyOfSeat(seat), voteDomain, encode(voteBodyLayout, body))
const certificate = (seats: readonly number[], body: VoteBody): Certificate => ({
  body,
  signers: seats.map((seat) => ({ seat, signature: signed(seat, body) })),
})
const hashOf = ({ header }: Block) => headerHash(header)
const notarized = (block: Block) =>
  certificate([0, 1, 2], bodyOf(votes.notarize, block.header.view, hashOf(block)))
const skipped = (view: bigint) => certificate([0, 1, 2], bodyOf(votes.skip, view, noRoot))

/** One engine on seat 3 of four; whoever else speaks is the test. */
class Lone {
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

const first = blockOf(genesisHeader, 1n, [1n])
const second = blockOf(first.header, 2n, [2n])

describe('the rules of Simplex', () => {
  it('votes for a proposal, and to make it final once it is notarized', () => {
    const lone = new Lone()
    lone.propose(first, [])
    expect(lone.votes).toEqual(['1/1'])
    lone.vote(0, votes.notarize, 1n, hashOf(first))
    expect(lone.engine.view).toBe(2n)
    expect(lone.votes).toEqual(['1/1', '3/1'])
    for (const seat of [0, 1]) lone.vote(seat, votes.finalize, 1n, hashOf(first))
    expect(lone.engine.height).toBe(1n)
    expect(lone.engine.ancestry).toEqual([])
  })

  it('votes once in a view, whatever its leader says', () => {
    const lone = new Lone()
    lone.propose(first, [])
    lone.propose(blockOf(genesisHeader, 1n, [9n]), [])
    expect(lone.votes).toEqual(['1/1'])
    const voted = lone.said.filter((message) => message.kind === 'vote')
    expect(new Set(voted.map(({ body }) => body.hash)).size).toBe(1)
    const [pair] = lone.engine.evidence
    expect(pair.seat).toBe(1)
    expect(equal(pair.first.body.hash, pair.second.body.hash)).toBe(false)
  })

  it('never votes to make final what it voted to skip', () => {
    const lone = new Lone()
    lone.propose(first, [])
    lone.ring('simplex/view')
    expect(lone.votes).toEqual(['1/1', '2/1'])
    lone.certify(notarized(first))
    expect(lone.engine.view).toBe(2n)
    expect(lone.votes).toEqual(['1/1', '2/1'])
  })

  it('votes for nothing that leaves a notarized block out without a skip', () => {
    const lone = new Lone()
    lone.propose(first, [])
    lone.certify(notarized(first))
    lone.propose(blockOf(genesisHeader, 2n, [7n]), [])
    expect(lone.votes).toEqual(['1/1', '3/1'])
    const other = new Lone()
    other.certify(notarized(first))
    other.propose(blockOf(genesisHeader, 2n, [7n]), [skipped(1n)])
    expect(other.votes).toContain('1/2')
  })

  it('votes for nothing whose height, leader, body or signature is wrong', () => {
    const high = blockOf({ ...genesisHeader, height: 4n }, 1n, [1n])
    const lone = new Lone()
    lone.propose({ ...high, header: { ...high.header, prev: headerHash(genesisHeader) } }, [])
    const other = new Lone()
    other.propose(first, [], new Uint8Array(8))
    const third = new Lone()
    const body = bodyOf(votes.notarize, 1n, hashOf(first))
    const proposal = { ...address, block: first, justification: [], pulse: [] }
    third.hear(0, { kind: 'proposal', ...proposal, signature: signed(0, body) })
    third.hear(1, { kind: 'proposal', ...proposal, signature: signed(0, body) })
    for (const { votes } of [lone, other, third]) expect(votes).toEqual([])
  })

  it('runs no timer of a view while there is nothing to do, and runs one when others work', () => {
    const lone = new Lone()
    expect(lone.timers).toEqual(new Set(['simplex/status']))
    lone.vote(0, votes.skip, 1n, noRoot)
    expect(lone.timers).toContain('simplex/view')
    lone.ring('simplex/view')
    expect(lone.votes).toEqual(['2/1'])
  })

  it('asks again about what could not be checked yet', () => {
    const lone = new Lone()
    lone.application.isWaiting = true
    lone.propose(first, [])
    expect(lone.votes).toEqual([])
    lone.application.isWaiting = false
    lone.poke()
    expect(lone.votes).toEqual(['1/1'])
  })

  it('checks the signatures of a flooder once for each seat, view and kind', () => {
    const lone = new Lone()
    for (let i = 0; i < 200; i++) {
      for (const kind of [votes.notarize, votes.finalize]) {
        lone.vote(0, kind, 1n, new Uint8Array(32).fill(i + 1), 1)
        lone.vote(1, kind, 1n, new Uint8Array(32).fill(i + 1))
        lone.vote(2, kind, 10n ** 18n, new Uint8Array(32).fill(i + 1))
      }
    }
    expect(lone.checks).toBeLessThanOrEqual(2 + 2 * 2)
    const before = lone.checks
    for (let i = 0; i < 200; i++) {
      const body = bodyOf(votes.skip, BigInt(i), noRoot)
      const signers = [0, 1, 2].map((seat) => ({ seat, signature: signed(0, body) }))
      lone.certify({ body, signers }, 1)
    }
    expect(lone.checks - before).toBeLessThanOrEqual(4 * 3)
    expect(lone.engine.view).toBe(1n)
  })

  it('takes a certificate for no other view than its own', () => {
    const lone = new Lone()
    lone.propose(first, [])
    lone.certify(notarized(first))
    lone.certify(certificate([0, 1, 2], bodyOf(votes.finalize, 1n, hashOf(first))))
    const { body } = certificate([], bodyOf(votes.finalize, 9n, hashOf(first)))
    lone.certify({ body, signers: notarized(first).signers })
    expect(lone.engine.view).toBe(2n)
  })

  it('votes only after 2f others have answered, and in later views than they are in', () => {
    const before = new Lone()
    before.propose(first, [])
    const vote = before.said.find(
      (message): message is MessageOf<'vote'> => message.kind === 'vote',
    )!
    const lone = new Lone([], false)
    lone.certify(skipped(1n))
    lone.answer(0, 2n, 1n)
    lone.answer(1, 2n, 0n)
    expect(lone.engine.isVoting).toBe(false)
    lone.hear(0, vote)
    expect(lone.told).toContain('simplex/learner')
    for (const view of [2n, 3n]) {
      lone.vote(0, votes.skip, view, noRoot)
      lone.ring('simplex/view')
      lone.certify(skipped(view))
    }
    expect(lone.votes).toEqual([])
    lone.vote(0, votes.skip, 4n, noRoot)
    lone.ring('simplex/view')
    expect(lone.votes).toEqual(['2/4'])
  })

  it('lets no liar make it a learner, or keep it from voting', () => {
    const lone = new Lone([], false)
    lone.answer(2, 10n ** 18n, 10n ** 17n)
    lone.answer(0, 1n, 0n)
    expect(lone.engine.isVoting).toBe(false)
    lone.answer(1, 1n, 0n)
    expect(lone.engine.isVoting).toBe(true)
  })

  it('learns after damage of its journal, even when nobody has seen it vote', () => {
    const lone = new Lone([], true, true)
    expect(lone.engine.isVoting).toBe(false)
    expect(lone.told).toContain('simplex/learner')
  })

  it('forgets what is final, and comes back from what is left', () => {
    const lone = new Lone()
    lone.propose(first, [])
    lone.certify(notarized(first))
    for (const seat of [0, 1]) lone.vote(seat, votes.finalize, 1n, hashOf(first))
    lone.propose(second, [])
    const records = lone.journal.length
    lone.forget(1n)
    expect(lone.journal.length).toBeLessThan(records)
    const again = new Lone(lone.journal, false, false, lone.application.rows)
    expect(again.engine.height).toBe(1n)
    for (const seat of [0, 1]) again.answer(seat, 2n, 2n)
    expect(again.engine.isVoting).toBe(true)
    again.propose(blockOf(first.header, 2n, [8n]), [])
    expect(again.votes).toEqual([])
    again.certify(notarized(second))
    expect(again.votes).toEqual(['3/2'])
  })

  it('takes finalized blocks from others when it is behind', () => {
    const lone = new Lone()
    const [last, shown] = [second, first].map((block) => {
      const body = bodyOf(votes.finalize, block.header.view, hashOf(block))
      return { block, certificate: certificate([0, 1, 2], body) }
    })
    const indirect = { ...shown, certificate: last.certificate }
    lone.hear(1, { kind: 'blocks', ...address, blocks: [indirect] })
    expect(lone.engine.height).toBe(0n)
    lone.hear(1, { kind: 'blocks', ...address, blocks: [indirect, last] })
    expect(lone.engine.height).toBe(2n)
    expect(lone.engine.view).toBe(3n)
  })

  it('jumps to a header that is final, and to no other', () => {
    const lone = new Lone()
    const far = { ...second.header, height: 50n, view: 90n }
    const body = bodyOf(votes.finalize, 90n, headerHash(far))
    lone.engine.adopt({ header: far, certificate: certificate([0, 1], body) }, 0)
    expect(lone.engine.height).toBe(0n)
    lone.engine.adopt({ header: far, certificate: certificate([0, 1, 2], body) }, 0)
    expect([lone.engine.height, lone.engine.view]).toEqual([50n, 91n])
  })

  it('calls for the state when more than f others are ahead and have no blocks for it', () => {
    const lone = new Lone()
    for (const [seat, height] of [10n ** 9n, 40n].entries()) {
      const status = { ...address, view: 1n, height, pulse: 0n, token: 0n }
      lone.hear(seat, { kind: 'status', ...status })
      expect(lone.application.fellBehindAt).toBeUndefined()
      lone.hear(seat, { kind: 'blocks', ...address, blocks: [] })
    }
    expect(lone.application.fellBehindAt).toBe(40n)
  })

  it('takes no body that is not of its certified header', () => {
    const lone = new Lone()
    lone.certify(notarized(first))
    lone.hear(1, { kind: 'block', ...address, block: { ...first, body: new Uint8Array(8) } })
    expect(lone.engine.ancestry).toEqual([])
    expect(lone.told).toContain('evidence')
    lone.hear(2, { kind: 'block', ...address, block: first })
    expect(lone.engine.ancestry).toEqual([first])
  })
})
