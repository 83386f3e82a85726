import { describe, expect, it } from 'vitest'
import { equal } from '#base'
import { headerHash, noRoot, votes } from '#ledger'
import type { MessageOf } from '../messages.js'
import { blockOf, genesisHeader } from './counting.contract.js'

import {
  address,
  bodyOf,
  certificate,
  hashOf,
  Lone,
  notarized,
  signed,
  skipped,
} from './lone.contract.js'
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
