import { describe, expect, it } from 'vitest'
import { encode, sha256 } from '#base'
import type { Message } from '#bookkeeper'
import { entryStates, type TableEntry, transferBodyLayout, voteBodyLayout, votes } from '#ledger'
import { wholeTree } from '#ledger'
import { agreed } from '../workload/transfers.js'
import { acknowledgedChecker } from './acknowledged.js'
import { evidenceChecker } from './evidence.js'
import { pulseChecker } from './pulses.js'
import { branchPlace, brokenBy, called, rootPlace, sceneOf } from './scene.contract.js'
import { checkAmounts, checkCaptured, checkCover, checkStep, checkSupply } from './sums.js'
import { voteChecker } from './votes.js'

const hash = (text: string): Uint8Array => sha256(new TextEncoder().encode(text))

describe('I1 and I2', () => {
  const scene = sceneOf()
  const told = (index: number, height: bigint, name: string) => {
    const notice = { kind: 'finalized', prefix: wholeTree, height, hash: hash(name) } as const
    return [scene.nodes[index], rootPlace, notice] as const
  }

  it('find two headers at one height of the root', () => {
    const checker = called(pulseChecker(scene.watch), 'told')
    checker(...told(0, 1n, 'a'))
    checker(...told(1, 1n, 'a'))
    expect(brokenBy(() => checker(...told(2, 1n, 'b')))).toBe('I1')
  })

  it('find two roots of one pulse, and a pulse that goes back', () => {
    const checker = pulseChecker(scene.watch)
    const say = (index: number, pulse: bigint, name: string): void =>
      called(checker, 'told')(scene.nodes[index], rootPlace, {
        kind: 'pulse',
        pulse,
        hash: hash(name),
      })
    say(0, 2n, 'two')
    expect(brokenBy(() => say(1, 2n, 'other two'))).toBe('I2')
    say(0, 3n, 'three')
    expect(brokenBy(() => say(0, 2n, 'two'))).toBe('I2')
    called(checker, 'restarted')(scene.nodes[0])
    expect(brokenBy(() => say(0, 2n, 'two'))).toBeUndefined()
  })

  it('look away from what hostile nodes say', () => {
    const { watch, nodes } = sceneOf([2])
    const checker = called(pulseChecker(watch), 'told')
    for (const name of ['a', 'b']) {
      const notice = { kind: 'pulse', pulse: 1n, hash: hash(name) } as const
      expect(brokenBy(() => checker(nodes[2], rootPlace, notice))).toBeUndefined()
    }
  })
})

describe('I3, I4, I5, I8 and I11', () => {
  const { watch, arena } = sceneOf()
  const { table } = arena.genesis
  const [first, second] = table
  const change = (lie: Partial<TableEntry>): TableEntry[] => [{ ...first, ...lie }, second]

  it('find minted and lost tokens', () => {
    expect(brokenBy(() => checkSupply(watch, table, 1n))).toBeUndefined()
    expect(brokenBy(() => checkSupply(watch, change({ total: first.total + 1n }), 1n))).toBe('I3')
    expect(brokenBy(() => checkSupply(watch, change({ cumOut: 1n }), 1n))).toBe('I3')
    const moved = change({ total: first.total - 5n, cumOut: 5n })
    expect(brokenBy(() => checkSupply(watch, moved, 1n))).toBeUndefined()
  })

  it('find a step whose sums do not follow', () => {
    const [header] = [...arena.genesis.headers.values()]
    const next = { ...header, height: 1n }
    expect(brokenBy(() => checkStep(watch, header, next))).toBeUndefined()
    const more = { ...next, total: header.total + 3n }
    expect(brokenBy(() => checkStep(watch, header, more))).toBe('I4')
    expect(brokenBy(() => checkStep(watch, header, { ...more, cumIn: 3n }))).toBeUndefined()
    const back = { ...next, cumDebit: 2n }
    expect(brokenBy(() => checkStep(watch, back, next))).toBe('I4')
  })

  it('find more in a branch than there is', () => {
    const { supply } = arena.genesis.seating.charter
    expect(brokenBy(() => checkAmounts(watch, table, 1n))).toBeUndefined()
    expect(brokenBy(() => checkAmounts(watch, change({ total: supply + 1n }), 1n))).toBe('I5')
    const retired = change({ total: supply + 1n, state: entryStates.retired })
    expect(brokenBy(() => checkAmounts(watch, retired, 1n))).toBeUndefined()
  })

  it('find more debited than is covered, and what settles too early', () => {
    const { cover } = arena.genesis.seating.charter.rules
    const over = change({ cumDebit: cover + 1n })
    expect(brokenBy(() => checkCover(watch, over, undefined, 1n))).toBe('I11')
    const early = change({ cumDebit: 9n, settledDebit: 5n })
    expect(brokenBy(() => checkCover(watch, early, undefined, 1n))).toBe('I11')
    const past = change({ cumDebit: 5n })
    expect(brokenBy(() => checkCover(watch, early, past, 1n))).toBeUndefined()
  })

  it('find a captured branch that takes what nobody sent', () => {
    const captured = { ...arena, scenario: { ...arena.scenario, captured: 0 } }
    const lost = new (watch.constructor as new (of: typeof arena) => typeof watch)(captured)
    expect(brokenBy(() => checkCaptured(lost, table, 1n))).toBeUndefined()
    expect(brokenBy(() => checkCaptured(lost, change({ cumIn: 1n }), 1n))).toBe('I8')
  })
})

describe('I10', () => {
  const { watch, nodes, arena } = sceneOf([1])
  const vote = (seat: number, kind: number, name: string, view = 1n): Message => {
    const { org } = arena.genesis.seating.charter
    const given = kind === votes.skip ? new Uint8Array(32) : hash(name)
    const body = { org, level: 0, prefix: wholeTree, cycle: 0, kind, view, hash: given }
    const { key } = nodes[seat]
    const signed = encode(voteBodyLayout, body)
    const signature = arena.signatures.sign(key, 'leither/ledger/vote/1', signed)
    return { kind: 'vote', level: 0, prefix: wholeTree, body, seat, signature }
  }
  const seen = (...messages: Message[]) => {
    const sent = called(voteChecker(watch), 'sent')
    return brokenBy(() => {
      for (const message of messages) {
        const [{ name: from }, , { name: to }] = nodes
        sent({ from, to, place: rootPlace, message, bytes: 1, arrivals: [1] })
      }
    })
  }

  it('finds two votes for one view', () => {
    expect(seen(vote(0, votes.notarize, 'a'), vote(0, votes.notarize, 'b'))).toBe('I10')
    expect(seen(vote(0, votes.skip, ''), vote(0, votes.finalize, 'a'))).toBe('I10')
    expect(seen(vote(0, votes.finalize, 'a'), vote(0, votes.finalize, 'b'))).toBe('I10')
  })

  it('lets pass what an honest node signs', () => {
    const honest = [vote(0, votes.notarize, 'a'), vote(0, votes.finalize, 'a')]
    expect(seen(...honest, vote(0, votes.notarize, 'b', 2n))).toBeUndefined()
    expect(seen(vote(0, votes.notarize, 'a'), vote(0, votes.skip, ''))).toBeUndefined()
  })

  it('does not ask hostile nodes, nor believe signatures that are none', () => {
    expect(seen(vote(1, votes.notarize, 'a'), vote(1, votes.notarize, 'b'))).toBeUndefined()
    const forged = { ...vote(0, votes.notarize, 'b'), signature: new Uint8Array(64) } as Message
    expect(seen(vote(0, votes.notarize, 'a'), forged)).toBeUndefined()
  })

  it('reads votes inside certificates', () => {
    const of = (name: string): Message => {
      const { body, seat, signature } = vote(0, votes.finalize, name) as Message & { kind: 'vote' }
      const certificate = { body, signers: [{ seat, signature }] }
      return { kind: 'certificate', level: 0, prefix: wholeTree, certificate }
    }
    expect(seen(of('a'), of('b'))).toBe('I10')
  })
})

describe('I13 and liveness', () => {
  const { watch, nodes, arena, stage } = sceneOf()
  const [payer, payee] = stage.people
  const transfer = agreed(
    {
      org: arena.genesis.seating.charter.org,
      payer: payer.key,
      payee: payee.key,
      amount: 1n,
      fee: 0n,
      nonce: 1n,
      validUntil: 9n,
      memo: new Uint8Array(32),
    },
    arena.signatures,
  )
  const clientPlace = { kind: 'client', level: 1, prefix: wholeTree } as const

  it('find what was accepted and is nowhere', async () => {
    const checker = acknowledgedChecker(watch)
    const notice = { kind: 'accepted', prefix: branchPlace('0').prefix, height: 1n } as const
    called(checker, 'told')(nodes[4], branchPlace('0'), { ...notice, id: hash('gone') })
    const ended = async (): Promise<void> => called(checker, 'atEnd')()
    await expect(ended()).rejects.toThrow('I13')
  })

  it('owe what a client asked for until it is refused', () => {
    const checker = acknowledgedChecker(watch)
    const { level, prefix } = branchPlace('0')
    const message: Message = { kind: 'submit', level, prefix, transfer }
    const from = nodes.at(-1)?.name ?? ''
    const parcel = { place: clientPlace, message, bytes: 1, arrivals: [1] }
    called(checker, 'sent')({ from, to: nodes[4].name, ...parcel })
    expect(called(checker, 'owed')()).toHaveLength(1)
    const id = sha256(encodeBody())
    called(checker, 'told')(nodes.at(-1) ?? nodes[0], clientPlace, {
      kind: 'refused',
      id,
      code: 'EXPIRED',
    })
    expect(called(checker, 'owed')()).toHaveLength(0)
  })

  const encodeBody = (): Uint8Array => encode(transferBodyLayout, transfer.body)
})

describe('I16', () => {
  it('finds evidence against an honest node, and lets evidence against a hostile one pass', () => {
    const { watch, nodes } = sceneOf([1])
    const checker = called(evidenceChecker(watch), 'told')
    const against = (node: string) => ({ kind: 'evidence', what: 'two votes', node }) as const
    expect(brokenBy(() => checker(nodes[0], rootPlace, against(nodes[1].name)))).toBeUndefined()
    expect(brokenBy(() => checker(nodes[1], rootPlace, against(nodes[0].name)))).toBeUndefined()
    expect(brokenBy(() => checker(nodes[0], rootPlace, against(nodes[2].name)))).toBe('I16')
  })
})
