/**
 * What every header of a branch owes to the one before (spec OL-1, C and E 4). A fault is a text
 * that says what is wrong; undefined: nothing is.
 */
import { equal } from '#base'
import { type Digest, forms, type Header, headerHash } from '#ledger'

export type Fault = string | undefined

const hashes = new WeakMap<Header, Digest>()

/** The hash of a header, computed once for each object. */
export function hashOf(header: Header): Digest {
  let hash = hashes.get(header)
  if (hash === undefined) hashes.set(header, (hash = headerHash(header)))
  return hash
}

/** Fields that never go back within a branch. */
const ascending = ['pulseSeen', 'cumDebit', 'cumOut', 'cumIn', 'outboxSize'] as const

/** What is wrong between a header and a later one of the same branch, not always the next. */
export function runFault(before: Header, after: Header): Fault {
  if (!equal(after.org, before.org)) return 'another organization'
  if (after.prefix !== before.prefix) return 'another branch'
  if (after.form !== forms.block && after.form !== forms.closing) return 'another form'
  if (before.form === forms.closing && after.form !== forms.closing) {
    return 'a block after the closing one'
  }
  if (after.height <= before.height || after.view <= before.view) return 'no later height or view'
  if (after.cycle !== before.cycle) return 'another cycle'
  if (!equal(after.committee, before.committee)) return 'another committee'
  const back = ascending.find((field) => after[field] < before[field])
  if (back !== undefined) return `${back} went back`
  if (after.bondSum > after.total) return 'more bond than there is'
  const came = after.cumIn - before.cumIn
  const left = after.cumOut - before.cumOut
  if (after.total - before.total !== came - left) return 'sums that do not add up'
  return undefined
}

/** What is wrong between a header and the next. @param hash of `before` */
export function stepFault(before: Header, hash: Uint8Array, after: Header): Fault {
  if (after.height !== before.height + 1n) return 'a gap in height'
  if (!equal(after.prev, hash)) return 'another header before it'
  return runFault(before, after)
}
