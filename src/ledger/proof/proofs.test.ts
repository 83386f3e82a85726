import { describe, expect, it } from 'vitest'
import { checkProof, decodeProof, encodeProof } from './check.js'
import { cheapSignatures, sampleOrganization } from './sample.js'

describe('proofs', () => {
  it('of all kinds hold, and survive being bytes', () => {
    const { proofs, trusted } = sampleOrganization(1)
    const shown = proofs.map((proof) => {
      const back = decodeProof(encodeProof(proof))
      expect(back).toEqual(proof)
      return checkProof(back, trusted, cheapSignatures)
    })
    expect(shown.map(({ kind, pulse }) => `${kind} ${pulse}`)).toEqual([
      'inclusion 42',
      'inclusion 42',
      'absence 42',
      'absence 42',
      'groupSum 42',
      'transfer 43',
      'transfer 42',
    ])
    expect(shown[0]).toMatchObject({ signers: 3, members: 4 })
    console.log(shown.map(({ text }) => text))
  })
})
