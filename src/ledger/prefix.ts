/**
 * A branch of the tree: the bits that all ids below it begin with (spec OL-1, B). In memory a text
 * of '0' and '1', '' for the whole tree; as bytes its length and its bits.
 */
import { type Layout } from '#base'
import { LedgerError } from './errors.js'

/** A text that `toPrefix` let pass. */
export type Prefix = string & { readonly isPrefix: true }

/** Bits that a prefix has at most. */
export const prefixLimit = 64

/** The whole tree. */
export const wholeTree = '' as Prefix

/** A text as a prefix. @throws LedgerError PREFIX_INVALID */
export function toPrefix(text: string): Prefix {
  if (!/^[01]*$/.test(text) || text.length > prefixLimit) {
    throw new LedgerError(
      'PREFIX_INVALID',
      `"${text}" is no branch; write at most ${prefixLimit} times 0 or 1`,
    )
  }
  return text as Prefix
}

/** Bit `index` (0 is the highest bit of the first byte) of an id. */
export const bitOf = (id: Uint8Array, index: number): 0 | 1 =>
  ((id[index >> 3] >> (7 - (index & 7))) & 1) as 0 | 1

/** Whether the id lies in the branch. */
export function covers(prefix: Prefix, id: Uint8Array): boolean {
  for (let i = 0; i < prefix.length; i++) {
    if (bitOf(id, i) !== prefix.charCodeAt(i) - 48) return false
  }
  return true
}

/** Whether one of two branches contains the other. */
export const related = (a: Prefix, b: Prefix): boolean => a.startsWith(b) || b.startsWith(a)

/** The two halves of a branch. */
export const halves = (prefix: Prefix): readonly [Prefix, Prefix] => [
  (prefix + '0') as Prefix,
  (prefix + '1') as Prefix,
]

/** The branch whose half this is. @throws LedgerError PREFIX_INVALID for the whole tree */
export function parentOf(prefix: Prefix): Prefix {
  if (prefix === '') throw new LedgerError('PREFIX_INVALID', 'the whole tree is half of nothing')
  return prefix.slice(0, -1) as Prefix
}

/** 9 bytes: the length, then the bits from the left, the rest zero. */
export const prefixLayout: Layout<Prefix> = {
  write(writer, prefix) {
    writer.u8(prefix.length)
    const bytes = new Uint8Array(8)
    for (let i = 0; i < prefix.length; i++) {
      if (prefix[i] === '1') bytes[i >> 3] |= 0x80 >> (i & 7)
    }
    writer.raw(bytes)
  },
  read(reader) {
    const length = reader.u8()
    const bytes = reader.raw(8)
    let text = ''
    for (let i = 0; i < prefixLimit; i++) {
      const bit = bitOf(bytes, i)
      if (i < length) text += bit
      else if (bit !== 0) throw new LedgerError('PREFIX_INVALID', 'bits follow the end of a branch')
    }
    if (text.length !== length) {
      throw new LedgerError('PREFIX_INVALID', `a branch of ${length} bits is too long`)
    }
    return text as Prefix
  },
}
