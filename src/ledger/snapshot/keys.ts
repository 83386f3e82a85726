/**
 * The keys of a branch's rows (spec OL-1, I). All begin with the organization and the branch, so
 * that stores of branches that were split or merged lie apart; newer pulses come before older ones.
 *
 *   P | group | ^pulse   a group's page, or what changed since: `pages.ts`
 *   H | group            sums and hashes of the closed parts of the page's accounts
 *   C | id               an account as it is: the cold table
 *   O | id | ^pulse      an account as it was from that pulse on
 *   R | ^pulse           the branch's synopsis
 *   M                    what has been purged
 */
import { afterPrefix, concat, encode } from '#base'
import { keyspace, type ScanRange } from '#world'
import { type Prefix, prefixLayout, prefixLimit, toPrefix } from '../prefix.js'

export const kinds = {
  page: 0x50,
  seal: 0x48,
  now: 0x43,
  past: 0x4f,
  root: 0x52,
  mark: 0x4d,
} as const
export type Kind = (typeof kinds)[keyof typeof kinds]

const mostPulse = 2n ** 64n - 1n

/** Keys of one branch of one organization (20 bytes). */
export class RowKeys {
  /** what all keys of the branch begin with */
  readonly start: Uint8Array
  readonly mark: Uint8Array

  constructor(
    readonly org: Uint8Array,
    readonly prefix: Prefix,
  ) {
    const branch = encode(prefixLayout, prefix).subarray(0, 1 + ((prefix.length + 7) >> 3))
    this.start = concat(Uint8Array.of(keyspace.ledger), org, branch)
    this.mark = this.#key(kinds.mark, 0)
  }

  /** A new key of a kind with room for more behind. */
  #key(kind: Kind, room: number): Uint8Array {
    const key = new Uint8Array(this.start.length + 1 + room)
    key.set(this.start)
    key[this.start.length] = kind
    return key
  }

  /** Where a key's own part begins. */
  get #own(): number {
    return this.start.length + 1
  }

  #pulse(key: Uint8Array, pulse: bigint): Uint8Array {
    new DataView(key.buffer).setBigUint64(key.length - 8, mostPulse - pulse)
    return key
  }

  #group(key: Uint8Array, group: Prefix): Uint8Array {
    // Bits before length: groups in the order of their accounts.
    for (let i = 0; i < group.length; i++) {
      if (group.charCodeAt(i) === 49) key[this.#own + (i >> 3)] |= 0x80 >> (i & 7)
    }
    key[this.#own + 8] = group.length
    return key
  }

  page(group: Prefix, pulse: bigint): Uint8Array {
    return this.#pulse(this.#group(this.#key(kinds.page, 17), group), pulse)
  }
  seal(group: Prefix): Uint8Array {
    return this.#group(this.#key(kinds.seal, 9), group)
  }
  now(id: Uint8Array): Uint8Array {
    const key = this.#key(kinds.now, 20)
    key.set(id, this.#own)
    return key
  }
  past(id: Uint8Array, pulse: bigint): Uint8Array {
    const key = this.#key(kinds.past, 28)
    key.set(id, this.#own)
    return this.#pulse(key, pulse)
  }
  root(pulse: bigint): Uint8Array {
    return this.#pulse(this.#key(kinds.root, 8), pulse)
  }

  /** All rows of a kind. */
  all(kind: Kind): ScanRange {
    const from = this.#key(kind, 0)
    return { from, to: afterPrefix(from) }
  }
  /** Versions of an account from before and at a pulse, newest first. */
  upTo(id: Uint8Array, pulse: bigint): ScanRange {
    const from = this.past(id, pulse)
    return { from, to: afterPrefix(from.subarray(0, from.length - 8)) }
  }
  /** Synopses from before and at a pulse, newest first. */
  rootsUpTo(pulse: bigint): ScanRange {
    return { from: this.root(pulse), to: this.all(kinds.root).to }
  }

  pulseOf(key: Uint8Array): bigint {
    return mostPulse - new DataView(key.buffer, key.byteOffset).getBigUint64(key.length - 8)
  }
  idOf(key: Uint8Array): Uint8Array {
    return key.slice(this.#own, this.#own + 20)
  }
  groupOf(key: Uint8Array): Prefix {
    const length = key[this.#own + 8]
    let bits = ''
    for (let i = 0; i < Math.min(length, prefixLimit); i++) {
      bits += (key[this.#own + (i >> 3)] >> (7 - (i & 7))) & 1
    }
    return toPrefix(bits)
  }
}
