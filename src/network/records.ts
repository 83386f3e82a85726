/** Heads as records of the hash table: who may be believed, and which one is better. */
import { BadInput, compare, fromText, limits, type Mid, toText } from '#base'
import type { RecordRules } from '#world'
import type { FlowHead, HeadKeeper } from './flow.js'

/** Keyspace of the hash table that heads live in. */
export const headKeyspace = 'leither'

/** Key of a unit's records. */
export const recordKeyOf = (mid: Mid): Uint8Array => fromText(mid)

/** Topic on which new heads of a unit are told. */
export const topicOf = (mid: Mid): string => `leither/${mid}`

type Ranked = Pick<FlowHead, 'seq' | 'record'>

/**
 * Whether `a` goes before `b`: the higher sequence does; between two of the same, the smaller
 * bytes, which every node computes alike.
 */
export const isNewer = (a: Ranked, b: Ranked): boolean =>
  a.seq !== b.seq ? a.seq > b.seq : compare(a.record, b.record) < 0

/** Reads a head that was given for a unit. @throws BadInput, and what `read` throws */
export function readHeadOf(read: HeadKeeper['read'], mid: string, record: Uint8Array): FlowHead {
  if (record.length > limits.headBytes) {
    throw new BadInput(`a head of ${record.length} bytes`, `${limits.headBytes} are allowed`)
  }
  const head = read(record)
  if (head.mid !== mid) throw new BadInput(`a head of unit ${head.mid} for ${mid}`, 'ask again')
  return head
}

/**
 * Rules of the keyspace `leither`, for the wire.
 * @param read reads and checks a head: signature, mid, form
 */
export function headRules(read: HeadKeeper['read']): RecordRules {
  return {
    validate(key, record) {
      const head = readHeadOf(read, toText(key), record)
      if (!head.open) throw new BadInput(`unit ${head.mid} is private`, 'do not store its head')
    },
    select(key, records) {
      const mid = toText(key)
      const heads = records.map((record) => {
        try {
          return readHeadOf(read, mid, record)
        } catch {
          return undefined
        }
      })
      let best = 0
      heads.forEach((head, i) => {
        const leader = heads[best]
        if (head !== undefined && (leader === undefined || isNewer(head, leader))) best = i
      })
      return best
    },
  }
}
