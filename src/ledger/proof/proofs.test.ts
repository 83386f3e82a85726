import { describe, expect, it } from 'vitest'
import { encode, LeitherError } from '#base'
import { keyFromSeed, signatures } from '#identity'
import { randomBytes, randomsOf } from '../tree/sample.contract.js'
import { levels, voteBodyLayout, votes } from '../header.js'
import { checkProof, decodeProof, encodeProof } from './check.js'
import { proofMaker } from './make.js'
import { tryMutated } from './mutate.contract.js'
import type { Proof, SealedPulse, TrustedOrganization } from './proofs.js'
import { cheapSignatures, sampleOrganization } from './sample.contract.js'

const sample = sampleOrganization(1)
const { proofs, trusted, trees, table, pulse } = sample

/** What a checker says of a proof. */
function refusal(proof: Proof, known: TrustedOrganization = trusted): string {
  try {
    checkProof(proof, known, cheapSignatures)
    return ''
  } catch (error) {
    expect((error as LeitherError).code).toMatch(/^(PROOF_INVALID|SUM_OVERFLOW)$/)
    return (error as LeitherError).message
  }
}

/** The first proof with another pulse. */
const under = (changed: SealedPulse): Proof => ({ ...proofs[0], pulse: changed }) as Proof

/** The first proof whose certificate's body says something else. */
function withVotes(changes: Partial<SealedPulse['certificate']['body']>): Proof {
  const { header, certificate } = pulse
  const body = { ...certificate.body, ...changes }
  return under({ header, certificate: { ...certificate, body } })
}

describe('proofs', () => {
  it('of all kinds hold, and survive being bytes', () => {
    const shown = proofs.map((proof) => {
      const back = decodeProof(encodeProof(proof))
      expect(back).toEqual(proof)
      return checkProof(back, trusted, cheapSignatures)
    })
    expect(shown.map(({ kind, pulse: at }) => `${kind} ${at}`)).toEqual([
      'inclusion 42',
      'inclusion 42',
      'absence 42',
      'absence 42',
      'groupSum 42',
      'transfer 43',
      'transfer 42',
    ])
    expect(shown[0]).toMatchObject({ signers: 3, members: 4 })
    expect(shown[0].text).toMatch(/^At pulse 42 account [0-9a-f]{40} had \d+\.$/)
    expect(shown[4].text).toContain('the 161 accounts of group "001"')
  })

  it('of every account, group and gap of a branch hold', () => {
    for (const tree of trees.slice(0, 2)) {
      const maker = proofMaker(tree, table, pulse)
      for (const { accounts } of tree.groups()) {
        for (const { id } of accounts) expect(refusal(maker.inclusion(id, true))).toBe('')
        expect(refusal(maker.groupSum(accounts[0].id))).toBe('')
        const near = accounts[0].id.slice()
        near[19] ^= 1
        expect(refusal(maker.absence(near))).toBe('')
        expect(() => maker.absence(accounts[0].id)).toThrow('there is such an account')
        expect(() => maker.inclusion(near)).toThrow('no such account')
      }
    }
    expect(() => proofMaker(trees[2], table, pulse).groupSum(new Uint8Array(20))).toThrow('empty')
  })

  it('hold with real signatures', () => {
    const keys = [1, 2, 3, 4].map((seed) => keyFromSeed(new Uint8Array(32).fill(seed)))
    const { verify, sign } = signatures()
    const real = sampleOrganization(3, {
      accounts: 40,
      members: keys.map(({ publicKey }) => publicKey),
      sign: (seat, body) => sign(keys[seat], 'leither/ledger/vote/1', body),
    })
    for (const proof of real.proofs) {
      expect(checkProof(proof, real.trusted, { verify }).signers).toBe(3)
      expect(() => checkProof(proof, real.trusted, cheapSignatures)).toThrow('no quorum')
    }
  })

  it('are not made from a tree that is not at the pulse', () => {
    const other = sampleOrganization(2)
    expect(() => proofMaker(trees[0], other.table, pulse)).toThrow('not that of the pulse')
    expect(() => proofMaker(other.trees[0], table, pulse).inclusion(sample.accounts[0].id)).toThrow(
      'not at the pulse',
    )
  })
})

describe('the checker of proofs', () => {
  it('wants a pulse that the known bookkeepers made final', () => {
    const unknown = { ...trusted, committee: () => undefined }
    expect(refusal(proofs[0], unknown)).toContain('nobody known to you')
    const others = { ...trusted, committee: () => [randomBytes(randomsOf(1), 32)] }
    expect(refusal(proofs[0], others)).toContain('unreplicated')
    expect(refusal(proofs[0], { ...others, acceptsUnreplicated: true })).toContain('are others')
    expect(refusal(proofs[0], { ...trusted, org: new Uint8Array(20) })).toContain('organization')
    expect(refusal(withVotes({ kind: votes.notarize }))).toContain('do not make a pulse final')
    expect(refusal(withVotes({ kind: votes.skip }))).toContain('do not make a pulse final')
    expect(refusal(withVotes({ level: levels.branch }))).toContain('another committee')
    expect(refusal(withVotes({ view: 1n }))).toContain('another view')
    expect(refusal(withVotes({ cycle: 1 }))).toContain('another view')
    expect(refusal(withVotes({ hash: new Uint8Array(32) }))).toContain('another pulse')
  })

  it('counts each bookkeeper once, and wants a quorum', () => {
    const { header, certificate } = pulse
    const { body, signers } = certificate
    const by = (some: typeof signers): Proof =>
      under({ header, certificate: { body, signers: some } })
    expect(refusal(by(signers))).toBe('')
    expect(refusal(by(signers.slice(1)))).toContain('no quorum')
    expect(refusal(by([signers[0], signers[0], signers[1]]))).toContain('no quorum')
    expect(refusal(by([...signers].reverse()))).toContain('no quorum')
    expect(refusal(by(signers.map((s, i) => (i === 2 ? { ...s, seat: 9 } : s))))).toContain(
      'quorum',
    )
    expect(encode(voteBodyLayout, body).length).toBe(20 + 1 + 9 + 4 + 1 + 8 + 32)
  })

  it('refuses one bookkeeper alone unless told otherwise', () => {
    const alone = sampleOrganization(4, { accounts: 30, members: 1 })
    expect(refusal(alone.proofs[0], alone.trusted)).toContain('only 1 keep its books')
    const accepting = { ...alone.trusted, acceptsUnreplicated: true }
    expect(checkProof(alone.proofs[0], accepting, cheapSignatures).members).toBe(1)
  })

  it('refuses sums that do not lead to those of the pulse', () => {
    const [proof] = proofs
    if (proof.kind !== 'inclusion') throw new Error('the first proof is of inclusion')
    const group = proof.path.findIndex(({ kind }) => kind === 'group')
    const sums = { total: 2n ** 64n - 1n, bond: 0n, count: 256 }
    const path = proof.path.with(group, { kind: 'group', sums })
    expect(refusal({ ...proof, path })).toContain('do not add up')
    const { header } = pulse
    for (const changed of [
      { ...header, total: header.total - 1n },
      { ...header, bondSum: header.bondSum - 1n },
      { ...header, count: header.count - 1 },
    ]) {
      const resealed = sample.seal(changed)
      expect(refusal({ ...proof, pulse: resealed })).toContain('sums')
    }
  })

  it('refuses a proof of one account as one of another', () => {
    const [proof, , absence] = proofs
    if (proof.kind !== 'inclusion' || absence.kind !== 'absence') throw new Error('other kinds')
    const id = proof.id.slice()
    id[0] ^= 0x80
    expect(refusal({ ...proof, id })).toContain('leaves the way')
    expect(refusal({ ...proof, amount: proof.amount + 1n })).toContain('does not lead')
    expect(refusal({ ...absence, id: absence.other[0].id })).toContain('the account is there')
  })

  it('refuses objects that no bytes could make', () => {
    const [proof, , absence, , sum] = proofs
    if (proof.kind !== 'inclusion' || absence.kind !== 'absence' || sum.kind !== 'groupSum') {
      throw new Error('other kinds')
    }
    const { path } = proof
    const upper = path.findIndex(({ kind }) => kind === 'upper')
    const step = path[upper]
    if (step.kind !== 'upper') throw new Error('the path has no upper step')
    const withStep = (changes: Partial<typeof step>): Proof => ({
      ...proof,
      path: path.with(upper, { ...step, ...changes }),
    })
    const { siblingSums } = step
    const wrong: Proof[] = [
      withStep({ siblingSums: { ...siblingSums, total: siblingSums.total - 2n ** 64n } }),
      withStep({ siblingSums: { ...siblingSums, bond: siblingSums.bond + 2n ** 64n } }),
      withStep({ siblingSums: { ...siblingSums, count: siblingSums.count + 2 ** 32 } }),
      withStep({ sibling: step.sibling.subarray(0, 31) }),
      withStep({ sibling: new Uint8Array(33) }),
      withStep({ bit: -1 }),
      withStep({ bit: NaN }),
      { ...proof, amount: proof.amount - 2n ** 64n },
      { ...proof, changed: proof.changed + 2n ** 64n },
      { ...proof, coldHash: proof.coldHash.subarray(0, 31) },
      { ...proof, id: proof.id.subarray(0, 19) },
      { ...absence, id: new Uint8Array(21) },
      { ...absence, other: [{ ...absence.other[0], id: new Uint8Array(0) }] },
      { ...sum, groupRoot: sum.groupRoot.subarray(1) },
    ]
    for (const each of wrong) {
      expect(() => checkProof(each, trusted, cheapSignatures)).toThrow(LeitherError)
    }
  })

  it('follows a transfer from its debit to its credit', () => {
    const [crossing, within] = proofs.slice(5)
    if (crossing.kind !== 'transfer' || within.kind !== 'transfer') throw new Error('other kinds')
    const [credit] = crossing.credit
    const withCredit = (changes: Partial<typeof credit>): Proof => ({
      ...crossing,
      credit: [{ ...credit, ...changes }],
    })
    expect(refusal({ ...crossing, credit: [] })).toContain('the credit is missing')
    expect(refusal({ ...within, credit: [credit] })).toContain('within one branch')
    expect(refusal(withCredit({ pulse: crossing.debitPulse }))).toContain('not in its list')
    expect(refusal(withCredit({ header: crossing.debitHeaders[0] }))).toContain('do not follow')
    const { cursor } = credit
    expect(refusal(withCredit({ cursor: { ...cursor, sequence: 5n } }))).toContain('not passed')
    expect(refusal(withCredit({ cursor: { ...cursor, sequence: 7n } }))).toContain('the cursor')
    expect(refusal(withCredit({ cursor: { ...cursor, source: cursor.destination } }))).toContain(
      'another channel',
    )
    const { debitHeaders, entryProof } = crossing
    expect(refusal({ ...crossing, debitHeaders: [] })).toContain('no header')
    expect(refusal({ ...crossing, debitHeaders: debitHeaders.slice(1) })).toContain('not in its')
    expect(refusal({ ...crossing, debitHeaders: debitHeaders.toReversed() })).toContain('follow')
    expect(refusal({ ...crossing, entryProof: { ...entryProof, index: 1 } })).toContain('list')
    expect(refusal({ ...crossing, body: within.body })).toContain('something else')
    expect(refusal({ ...crossing, body: within.body.subarray(1) })).toContain('holds no transfer')
    expect(refusal({ ...crossing, debitEntry: credit.tableEntry })).toContain('not in its list')
  })

  it('says which version it does not know', () => {
    expect(() => decodeProof(new Uint8Array(0))).toThrow('no bytes')
    expect(() => decodeProof(Uint8Array.of(9, 1))).toThrow('version 9')
    expect(() => decodeProof(encodeProof(proofs[0]).subarray(0, 300))).toThrow('end before')
  })

  it('refuses 20,000 mutated proofs with an error of its own', () => {
    const count = 20_000
    const result = tryMutated(sample, cheapSignatures, { count, random: randomsOf(5) })
    expect(result.tried).toBe(count)
    expect(result.accepted).toBe(0)
    // Of a byte of the asked id that no step looks at: that account is absent as well.
    expect(result.stillTrue).toBeLessThan(count / 100)
  }, 60_000)
})
