import { describe, expect, it } from 'vitest'
import { decode, encode, sha256 } from '#base'
import { listProof, listProofLayout, listRoot, listRootOf } from './merkle-list.js'

const items = Array.from({ length: 24 }, (_, i) => sha256(Uint8Array.of(i)))

describe('a list of digests', () => {
  it('proves each item at its place, and nowhere else', () => {
    for (let count = 1; count <= items.length; count++) {
      const some = items.slice(0, count)
      const root = listRoot(some)
      for (const [index, item] of some.entries()) {
        const proof = listProof(some, index)
        expect(decode(listProofLayout, encode(listProofLayout, proof))).toEqual(proof)
        expect(listRootOf(item, proof)).toEqual(root)
        for (let other = 0; other < count + 2; other++) {
          if (other === index) continue
          expect(listRootOf(item, { ...proof, index: other })).not.toEqual(root)
        }
        expect(listRootOf(item, { ...proof, count: count + 1 })).not.toEqual(root)
        const more = { ...proof, siblings: [...proof.siblings, item] }
        expect(listRootOf(item, more)).toBeUndefined()
        if (count > 1) {
          expect(listRootOf(item, { ...proof, siblings: proof.siblings.slice(1) })).toBeUndefined()
        }
      }
    }
  })

  it('has another root for each length and order', () => {
    const roots = items.map((_, i) => listRoot(items.slice(0, i)).join())
    expect(new Set(roots).size).toBe(items.length)
    expect(listRoot([])).toEqual(new Uint8Array(32))
    expect(listRoot(items.toReversed())).not.toEqual(listRoot(items))
    expect(listRoot([items[0], items[0]])).not.toEqual(listRoot([items[0]]))
  })
})
