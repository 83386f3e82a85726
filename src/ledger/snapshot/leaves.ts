/**
 * The accounts of a group in two arrays, ascending by id: records as on a page (36 bytes), and
 * beside each a seal (48 bytes): the hash of the closed part and its two amounts. Together they are
 * all that the group's hash and sums are made of.
 */
import { encode } from '#base'
import { type Account, recordBytes, recordLayout } from '../account.js'
import { addSums, noSums, type Sums } from '../amount.js'
import { bitOf, type Prefix, toPrefix } from '../prefix.js'
import { coldHash } from '../synopsis.js'
import { groupLimit } from '../tree/account-tree.js'

/** coldHash32 held8 bond8 */
export const sealBytes = 48
export const idBytes = 20

export interface Leaves {
  /** id20 amount8 pulse8 of each */
  readonly records: Uint8Array
  /** coldHash32 held8 bond8 of each */
  readonly seals: Uint8Array
}

export const noLeaves: Leaves = { records: new Uint8Array(0), seals: new Uint8Array(0) }

export const countOf = ({ records }: Leaves): number => records.length / recordBytes

/** Leaf `index` as an id: a view, not a copy. */
export const idAt = ({ records }: Leaves, index: number): Uint8Array =>
  records.subarray(index * recordBytes, index * recordBytes + idBytes)

function compareIds(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number): number {
  for (let i = 0; i < idBytes; i++) {
    const difference = a[aAt + i] - b[bAt + i]
    if (difference !== 0) return difference
  }
  return 0
}

/** Where the id is; below zero where it is not: then ~index is where it belongs. */
export function find({ records }: Leaves, id: Uint8Array): number {
  let low = 0
  let high = records.length / recordBytes
  while (low < high) {
    const middle = (low + high) >>> 1
    const order = compareIds(records, middle * recordBytes, id, 0)
    if (order === 0) return middle
    if (order < 0) low = middle + 1
    else high = middle
  }
  return ~low
}

/** Accounts as leaves, sorted. */
export function leavesOf(accounts: readonly Account[]): Leaves {
  const sorted = [...accounts].sort((a, b) => compareIds(a.id, 0, b.id, 0))
  const records = new Uint8Array(sorted.length * recordBytes)
  const seals = new Uint8Array(sorted.length * sealBytes)
  const view = new DataView(seals.buffer)
  for (const [i, account] of sorted.entries()) {
    records.set(encode(recordLayout, account), i * recordBytes)
    const at = i * sealBytes
    seals.set(coldHash(account.cold), at)
    view.setBigUint64(at + 32, account.cold.held, true)
    view.setBigUint64(at + 40, account.cold.bond, true)
  }
  return { records, seals }
}

/** Leaves `start` to `end`, copied. */
export const slice = ({ records, seals }: Leaves, start: number, end: number): Leaves => ({
  records: records.slice(start * recordBytes, end * recordBytes),
  seals: seals.slice(start * sealBytes, end * sealBytes),
})

/** How many of the leaves `changed` are not among `leaves`. */
export function countNew(leaves: Leaves, changed: Leaves): number {
  let count = 0
  for (let i = 0; i < countOf(changed); i++) if (find(leaves, idAt(changed, i)) < 0) count++
  return count
}

/** Puts changed leaves in place of those with the same id; all of them must be there. */
export function replace(leaves: Leaves, changed: Leaves): void {
  for (let i = 0; i < countOf(changed); i++) {
    const at = find(leaves, idAt(changed, i))
    leaves.records.set(slice(changed, i, i + 1).records, at * recordBytes)
    leaves.seals.set(slice(changed, i, i + 1).seals, at * sealBytes)
  }
}

/** Both together, `changed` before `leaves` where both have an id. */
export function merge(leaves: Leaves, changed: Leaves): Leaves {
  const most = countOf(leaves) + countNew(leaves, changed)
  const records = new Uint8Array(most * recordBytes)
  const seals = new Uint8Array(most * sealBytes)
  const copy = (from: Leaves, start: number, end: number, to: number): void => {
    records.set(from.records.subarray(start * recordBytes, end * recordBytes), to * recordBytes)
    seals.set(from.seals.subarray(start * sealBytes, end * sealBytes), to * sealBytes)
  }
  let from = 0
  let to = 0
  for (let i = 0; i < countOf(changed); i++) {
    const found = find(leaves, idAt(changed, i))
    const place = found < 0 ? ~found : found
    copy(leaves, from, place, to)
    to += place - from
    copy(changed, i, i + 1, to++)
    from = found < 0 ? place : place + 1
  }
  copy(leaves, from, countOf(leaves), to)
  return { records, seals }
}

/**
 * The groups that leaves form: the shortest prefixes with at most 256 accounts below. A group never
 * gets a shorter name, for accounts are never removed. @throws LedgerError PREFIX_INVALID where
 * more than 256 ids have 64 bits in common
 */
export function groupsOf(prefix: Prefix, leaves: Leaves): [Prefix, Leaves][] {
  const count = countOf(leaves)
  if (count === 0) return []
  if (count <= groupLimit) return [[prefix, leaves]]
  const low = toPrefix(`${prefix}0`)
  let middle = 0
  for (let end = count; middle < end;) {
    const at = (middle + end) >>> 1
    if (bitOf(idAt(leaves, at), prefix.length) === 0) middle = at + 1
    else end = at
  }
  return [
    ...groupsOf(low, slice(leaves, 0, middle)),
    ...groupsOf(toPrefix(`${prefix}1`), slice(leaves, middle, count)),
  ]
}

/** Sums of numbers of 64 bits, in two halves that stay exact for a group's count. */
class Sum {
  #low = 0
  #high = 0

  add(view: DataView, at: number): void {
    this.#low += view.getUint32(at, true)
    this.#high += view.getUint32(at + 4, true)
  }
  get value(): bigint {
    return (BigInt(this.#high) << 32n) + BigInt(this.#low)
  }
}

/** What the leaves of a group hold together. @throws LedgerError SUM_OVERFLOW */
export function sumsOf({ records, seals }: Leaves): Sums {
  const amounts = new DataView(records.buffer, records.byteOffset)
  const closed = new DataView(seals.buffer, seals.byteOffset)
  const count = records.length / recordBytes
  const total = new Sum()
  const bond = new Sum()
  for (let i = 0; i < count; i++) {
    total.add(amounts, i * recordBytes + idBytes)
    total.add(closed, i * sealBytes + 32)
    total.add(closed, i * sealBytes + 40)
    bond.add(closed, i * sealBytes + 40)
  }
  return addSums(noSums, { total: total.value, bond: bond.value, count })
}
