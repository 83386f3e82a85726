/**
 * Hashes the nodes of a path one above the other, without an array for each: what a step leaves is
 * written where the next one takes it. The same hashes as in ../synopsis.ts.
 */
import { hashPairs } from '#base'
import type { Sums } from '../amount.js'
import { type Digest, tags } from '../synopsis.js'

/** An input of 64 bytes with its two halves. */
function makeInput() {
  const bytes = new Uint8Array(64)
  return { bytes, left: bytes.subarray(0, 32), right: bytes.subarray(32) }
}

/** Sides of a node; a group's root and sums; digests of an upper node; any of these and a tag. */
const sides = makeInput()
const sealed = makeInput()
const both = makeInput()
const tagged = makeInput()
const top = new Uint8Array(32)

/** What a step is, as far as it is hashed. */
export interface Rung {
  readonly kind: 'inner' | 'group' | 'upper'
  readonly bit: number
  /** where the path comes from: 0 left, 1 right */
  readonly side: number
}

function writeSums(at: DataView, place: number, { total, bond, count }: Sums): void {
  at.setBigUint64(place, total, true)
  at.setBigUint64(place + 8, bond, true)
  at.setUint32(place + 16, count, true)
}

const sealedView = new DataView(sealed.bytes.buffer)

/** Room for the sums of both sides of upper nodes, and for their digests: hashed all at once. */
class SumPairs {
  #input = new Uint8Array(64 * 32)
  #view = new DataView(this.#input.buffer)
  #output = new Uint8Array(32 * 32)
  #count = 0

  clear(): void {
    this.#count = 0
  }

  /** Notes the sums of the sides of the next upper node. */
  add(left: Sums, right: Sums): void {
    const place = 64 * this.#count++
    if (place === this.#input.length) {
      const larger = new Uint8Array(2 * this.#input.length)
      larger.set(this.#input)
      this.#input = larger
      this.#view = new DataView(larger.buffer)
      this.#output = new Uint8Array(larger.length / 2)
    }
    writeSums(this.#view, place, left)
    writeSums(this.#view, place + 32, right)
  }

  hash(): void {
    const count = this.#count
    if (count === 0) return
    hashPairs(this.#input.subarray(0, 64 * count), this.#output.subarray(0, 32 * count))
  }

  /** Writes the digest of the sums of the upper node `i`. */
  put(i: number, into: Uint8Array, place: number): void {
    for (let j = 0; j < 32; j++) into[place + j] = this.#output[32 * i + j]
  }
}

export const sumPairs = new SumPairs()

/** Where a step takes what is below it; the last one leaves the top. */
function entry(next: Rung | undefined): Uint8Array {
  if (next === undefined) return top
  if (next.kind === 'group') return sealed.left
  return next.side === 0 ? sides.left : sides.right
}

function seal(tag: number, bit: number, into: Uint8Array): void {
  tagged.bytes[32] = tag
  tagged.bytes[33] = bit
  hashPairs(tagged.bytes, into)
}

/** One climb: begin, then each step in its order. */
export const ladder = {
  begin(start: Digest, next: Rung | undefined): void {
    entry(next).set(start)
  },
  inner({ bit, side }: Rung, sibling: Digest, next: Rung | undefined): void {
    ;(side === 0 ? sides.right : sides.left).set(sibling)
    hashPairs(sides.bytes, tagged.left)
    seal(tags.inner, bit, entry(next))
  },
  group(sums: Sums, next: Rung | undefined): void {
    writeSums(sealedView, 32, sums)
    hashPairs(sealed.bytes, tagged.left)
    seal(tags.group, 0, entry(next))
  },
  /** @param place which of the `sumPairs` is its own */
  upper({ bit, side }: Rung, sibling: Digest, place: number, next: Rung | undefined): void {
    ;(side === 0 ? sides.right : sides.left).set(sibling)
    hashPairs(sides.bytes, both.left)
    sumPairs.put(place, both.bytes, 32)
    hashPairs(both.bytes, tagged.left)
    seal(tags.upper, bit, entry(next))
  },
  /** What the last step left. */
  top: (): Digest => top.slice(),
}
