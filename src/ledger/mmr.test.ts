import { describe, expect, it } from 'vitest'
import { decode, encode, sha256 } from '#base'
import {
  appended,
  appendedAll,
  emptyMmr,
  type Mmr,
  mmrLayout,
  mmrProof,
  mmrRoot,
  mmrRootOf,
} from './mmr.js'

const items = Array.from({ length: 40 }, (_, i) => sha256(Uint8Array.of(i)))

describe('a Merkle mountain range', () => {
  it('proves each item of each size, at its own place only', () => {
    let range: Mmr = emptyMmr
    expect(mmrRoot(range)).toEqual(new Uint8Array(32))
    for (const [i, item] of items.entries()) {
      range = appended(decode(mmrLayout, encode(mmrLayout, range)), item)
      expect(range.size).toBe(BigInt(i + 1))
      const root = mmrRoot(range)
      const some = items.slice(0, i + 1)
      for (const [index, each] of some.entries()) {
        const proof = mmrProof(some, index)
        expect(mmrRootOf(each, proof)).toEqual(root)
        expect(mmrRootOf(items[(index + 1) % items.length], proof)).not.toEqual(root)
        const elsewhere = { ...proof, index: BigInt((index + 1) % (i + 2)) }
        expect(mmrRootOf(each, elsewhere)).not.toEqual(root)
      }
    }
  })

  it('refuses proofs that have too much, too little or another size', () => {
    const proof = mmrProof(items, 5)
    const root = mmrRoot(items.reduce(appended, emptyMmr))
    expect(mmrRootOf(items[5], proof)).toEqual(root)
    expect(mmrRootOf(items[5], { ...proof, siblings: proof.siblings.slice(1) })).toBeUndefined()
    expect(mmrRootOf(items[5], { ...proof, peaks: [...proof.peaks, items[0]] })).toBeUndefined()
    expect(mmrRootOf(items[5], { ...proof, index: 40n })).toBeUndefined()
    expect(mmrRootOf(items[5], { ...proof, size: 41n })).not.toEqual(root)
    expect(() => mmrProof(items, 40)).toThrow('no item 40')
  })

  it('takes many items as it takes one after the other', () => {
    const one = (range: Mmr, more: readonly Uint8Array[]): Mmr =>
      more.reduce((grown, item) => appended(grown, item), range)
    for (let before = 0; before < 20; before++) {
      const range = one(emptyMmr, items.slice(0, before))
      for (let count = 0; count <= 20; count++) {
        const more = items.slice(before, before + count)
        expect(appendedAll(range, more)).toEqual(one(range, more))
      }
    }
  })

  it('takes no node for an item', () => {
    const range = items.slice(0, 2).reduce(appended, emptyMmr)
    const proof = { size: 1n, index: 0n, siblings: [], peaks: [] }
    expect(mmrRootOf(range.peaks[0], proof)).not.toEqual(mmrRoot(range))
  })
})
