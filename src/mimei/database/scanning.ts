/** Walking names, fields or members in order, with the options that callers may give. */
import { BadInput } from '#base'
import type { ScanOptions } from './database.js'
import { glob } from './glob.js'
import { type ItemName, after, earlierOf, endOf, itemKey, laterOf, textBehind } from './layout.js'
import type { Entries, Reader } from './reader.js'

const defaultCount = 100

/** A number of results to give or to leave out. @throws BadInput */
export function checkCount(count: number, what: string): number {
  if (Number.isSafeInteger(count) && count >= 0) return count
  throw new BadInput(`${what} is ${count}`, 'give a whole number from 0', { what })
}

/**
 * What lies behind `head`, as texts with their values.
 * @throws KeyTooLong, KeyInvalid, BadInput
 */
export async function scanBehind<T>(
  reader: Reader,
  head: Uint8Array,
  what: ItemName,
  options: ScanOptions,
  make: (text: string, value: Uint8Array) => T,
): Promise<T[]> {
  const { begin = '', inclusive = true, reverse = false } = options
  const count = checkCount(options.count ?? defaultCount, 'count')
  const pattern = glob(options.match ?? '')
  const narrow = itemKey(head, pattern.prefix, what)
  let from = narrow
  let to = endOf(narrow)
  if (begin !== '') {
    const at = itemKey(head, begin, what)
    if (reverse) to = earlierOf(to, inclusive ? after(at) : at)
    else from = laterOf(from, inclusive ? at : after(at))
  }
  const found: T[] = []
  if (count === 0) return found
  for await (const [key, value] of reader.entries({ from, to, reverse })) {
    const text = textBehind(key, head.length)
    if (!pattern.matches(text)) continue
    found.push(make(text, value))
    if (found.length >= count) break
  }
  return found
}

/** All of what lies behind `head`. */
export const entriesBehind = (reader: Reader, head: Uint8Array): Entries =>
  reader.entries({ from: head, to: endOf(head) })

/**
 * Turns places counted from either end (-1 is the last) into a part of `length` items.
 * @returns undefined where the part is empty @throws BadInput
 */
export function partOf(
  length: number,
  start: number,
  stop: number,
): { first: number; last: number } | undefined {
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(stop)) {
    throw new BadInput(
      `${start} to ${stop} is no range`,
      'give whole numbers; -1 is the last place',
    )
  }
  const first = Math.max(0, start < 0 ? start + length : start)
  const last = Math.min(length - 1, stop < 0 ? stop + length : stop)
  return first > last ? undefined : { first, last }
}
