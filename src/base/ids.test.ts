import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  BadInput,
  decodeId,
  encodeId,
  fromBase64,
  idToLabel,
  isId,
  keyId,
  kindOfMid,
  labelToId,
  midOf,
  type KeyType,
  type UnitKind,
} from './index.js'

interface IdVectors {
  keys: { type: KeyType; publicKey: string; id: string }[]
  mids: { author: string; app: string; ext: string; mark: string; kind: UnitKind; mid: string }[]
  invalid: { text: string; why: string }[]
}
const vectors = JSON.parse(
  readFileSync(new URL('../../vectors/ids.json', import.meta.url), 'utf8'),
) as IdVectors

describe('ids', () => {
  it.each(vectors.keys)('key $id has its published id', ({ type, publicKey, id }) => {
    expect(keyId(fromBase64(publicKey)!, type)).toBe(id)
  })
  it.each(vectors.mids)('mid $mid belongs to its info', ({ mid, ...info }) => {
    expect(midOf(info)).toBe(mid)
    expect(kindOfMid(mid)).toBe(info.kind)
  })
  it.each(vectors.invalid)('refuses $text ($why)', ({ text }) => {
    expect(isId(text)).toBe(false)
    expect(() => decodeId(text)).toThrow(BadInput)
  })
  it('text, bytes and host label turn into each other', () => {
    for (let tag = 0; tag < 4; tag++) {
      for (let seed = 0; seed < 64; seed++) {
        const hash = Uint8Array.from({ length: 20 }, (_, i) => (seed * 37 + i * 11 + tag) & 0xff)
        const id = encodeId(tag, hash)
        expect(decodeId(id)).toEqual({ tag, hash })
        expect(labelToId(idToLabel(id))).toBe(id)
      }
    }
    const lowest = encodeId(0, new Uint8Array(20))
    const highest = encodeId(3, new Uint8Array(20).fill(255))
    expect([lowest, highest].map((id) => labelToId(idToLabel(id)))).toEqual([lowest, highest])
  })
})
