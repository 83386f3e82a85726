import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cidOf, codecs, concat, encodeCbor } from '#base'
import { decodeFrame, encodeFrame, type Frame, wantCids } from './frames.js'

const id = fc.nat()
const bytes = fc.uint8Array({ maxLength: 200 })
const cid = bytes.map((content) => cidOf(codecs.raw, content))
const cids = fc.array(cid, { maxLength: 20 })
const text = fc.string({ maxLength: 60 })
const block = bytes.map((content) => ({ cid: cidOf(codecs.raw, content), bytes: content }))

const frames: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({
    type: fc.constant('ask' as const),
    id,
    mid: text,
    passport: fc.option(text),
    watch: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('head' as const),
    id,
    record: fc.option(bytes),
    provides: fc.boolean(),
  }),
  fc.record({ type: fc.constant('want' as const), id, mid: text, cids }),
  fc.record({
    type: fc.constant('blocks' as const),
    id,
    blocks: fc.array(block, { maxLength: 20 }),
  }),
  fc.record({ type: fc.constant('end' as const), id, missing: cids }),
  fc.record({ type: fc.constant('refuse' as const), id, code: text, message: text }),
  fc.record({ type: fc.constant('cancel' as const), id }),
  fc.record({ type: fc.constant('wrong' as const), mid: text, cid }),
  fc.record({ type: fc.constant('watch' as const), mids: fc.array(text, { maxLength: 20 }) }),
  fc.record({ type: fc.constant('news' as const), record: bytes }),
)

const message = (frame: Frame): Uint8Array => concat(...encodeFrame(frame))

describe('a frame', () => {
  it('comes out as it went in', () => {
    fc.assert(
      fc.property(frames, (frame) => {
        expect(decodeFrame(message(frame))).toEqual(frame)
      }),
    )
  })

  it('is not made of other bytes, and reading them never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        decodeFrame(noise)
      }),
    )
    fc.assert(
      fc.property(frames, fc.nat(), fc.integer({ min: 1, max: 255 }), (frame, at, flip) => {
        const damaged = message(frame)
        damaged[at % damaged.length] ^= flip
        decodeFrame(damaged)
        decodeFrame(damaged.subarray(0, at % damaged.length))
      }),
    )
  })

  it('keeps to the limits', () => {
    const one = cidOf(codecs.raw, Uint8Array.of(1))
    const many = Array.from({ length: wantCids + 1 }, () => one)
    expect(decodeFrame(message({ type: 'want', id: 1, mid: 'm', cids: many }))).toBeUndefined()
    const record = new Uint8Array(70_000)
    expect(decodeFrame(message({ type: 'news', record }))).toBeUndefined()
    expect(
      decodeFrame(
        message({ type: 'ask', id: 1, mid: 'm'.repeat(65), passport: null, watch: true }),
      ),
    ).toBeUndefined()
  })

  it('has exactly the bytes that it speaks of', () => {
    const words = encodeCbor(['blocks', 1, [[cidOf(codecs.raw, Uint8Array.of(1)), 5]]])
    const head = concat(Uint8Array.of(0, 0, 0, words.length), words)
    expect(decodeFrame(concat(head, new Uint8Array(5)))).toBeDefined()
    expect(decodeFrame(concat(head, new Uint8Array(4)))).toBeUndefined()
    expect(decodeFrame(concat(head, new Uint8Array(6)))).toBeUndefined()
  })
})
