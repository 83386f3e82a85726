/**
 * Sets: members under a name, in the order of their bytes. Their number is kept beside the name.
 */
import { encodeCbor } from '#base'
import type { Draft, Getter } from './draft.js'
import { itemHead, itemKey, nameKey, space, textBehind } from './layout.js'
import type { Reader } from './reader.js'
import { entriesBehind } from './scanning.js'
import { encodeValue, lengthOf } from './values.js'

const nothing = encodeCbor(null)
const memberHead = (key: string): Uint8Array => itemHead(space.setMember, key)

export const scard = (from: Getter, key: string): number =>
  lengthOf(from.get(nameKey(space.set, key)))

export const sismember = (from: Getter, key: string, member: string): boolean =>
  from.get(itemKey(memberHead(key), member, 'member')) !== undefined

export const smembers = (reader: Reader, key: string): Promise<string[]> =>
  members(reader, [key])[0]

/** Members of several sets, all of them as they are at the call. */
function members(reader: Reader, keys: readonly string[]): Promise<string[]>[] {
  return keys.map((key) => {
    const head = memberHead(key)
    const entries = entriesBehind(reader, head)
    const read = async (): Promise<string[]> => {
      const found: string[] = []
      for await (const [stored] of entries) found.push(textBehind(stored, head.length))
      return found
    }
    return read()
  })
}

/** Members of the first set that no other one has. */
export async function sdiff(reader: Reader, keys: readonly string[]): Promise<string[]> {
  const [first = [], ...others] = await Promise.all(members(reader, keys))
  const taken = new Set(others.flat())
  return first.filter((member) => !taken.has(member))
}

/** Members that all sets have. */
export async function sinter(reader: Reader, keys: readonly string[]): Promise<string[]> {
  const [first = [], ...others] = await Promise.all(members(reader, keys))
  const sets = others.map((list) => new Set(list))
  return first.filter((member) => sets.every((set) => set.has(member)))
}

/** Members that any set has; those of earlier sets first. */
export async function sunion(reader: Reader, keys: readonly string[]): Promise<string[]> {
  return [...new Set((await Promise.all(members(reader, keys))).flat())]
}

/** @returns how many are new */
export function sadd(draft: Draft, key: string, list: readonly string[]): number {
  const head = memberHead(key)
  let more = 0
  for (const member of list) {
    const stored = itemKey(head, member, 'member')
    if (draft.get(stored) !== undefined) continue
    draft.put(stored, nothing)
    more++
  }
  resize(draft, key, more)
  return more
}

/** @returns how many there were */
export function srem(draft: Draft, key: string, list: readonly string[]): number {
  const head = memberHead(key)
  let removed = 0
  for (const member of list) {
    const stored = itemKey(head, member, 'member')
    if (draft.get(stored) === undefined) continue
    draft.put(stored, undefined)
    removed++
  }
  resize(draft, key, -removed)
  return removed
}

function resize(draft: Draft, key: string, by: number): void {
  if (by === 0) return
  const name = nameKey(space.set, key)
  const length = lengthOf(draft.get(name)) + by
  draft.touch('set', key)
  draft.put(name, length === 0 ? undefined : encodeValue(length))
}
