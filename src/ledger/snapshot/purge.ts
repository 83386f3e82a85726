/**
 * Drops what no kept pulse can read: an old version is read at pulses from its own up to the next
 * version's, so it goes when none of these is kept. Whatever part of a pass is written, kept pulses
 * read the same (spec OL-1, I: retention).
 */
import { afterPrefix, compare, concat } from '#base'
import type { KeyValue } from '#world'
import type { Prefix } from '../prefix.js'
import { type Kind, kinds, RowKeys } from './keys.js'
import { encodeMarks, type Mark, oldestKept, withMark } from './retention.js'
import { bodyOf, readNow, stamped } from './rows.js'
import type { Row } from './snapshots.js'

/** Where a pass goes on: the first key that it has not looked at, and the one before. */
interface Place {
  readonly kind: Kind
  readonly after: Uint8Array | undefined
}

const start: Place = { kind: kinds.past, after: undefined }
const order: readonly Kind[] = [kinds.past, kinds.root]

export class Purge {
  #place = start
  /** what the pass under way began with */
  #begun: Uint8Array | undefined
  /** what a pass has been through with */
  #done: Uint8Array | undefined

  constructor(
    readonly keyValue: Pick<KeyValue, 'get' | 'scan'>,
    readonly keys: RowKeys,
  ) {}

  /** The next rows, none when there is nothing left. @param before marks that are stored */
  async next(before: readonly Mark[], mark: Mark, most: number): Promise<readonly Row[]> {
    const marks = withMark(before, mark)
    const text = encodeMarks(marks)
    const rows: Row[] = []
    const key = this.keys.mark
    // What is dropped is marked in the same batch: readers never find a gap.
    if (!same(text, encodeMarks(before))) rows.push({ key, value: stamped(key, text) })
    while (!same(this.#done, text)) {
      this.#begun ??= text
      if (!(await this.#go(marks, Math.max(2, most), rows))) break
      if (same(this.#begun, text)) this.#done = text
      this.#begun = undefined
      this.#place = start
    }
    return rows
  }

  /** Goes on to the end of the pass; false where `most` rows came first. */
  async #go(marks: readonly Mark[], most: number, rows: Row[]): Promise<boolean> {
    for (const kind of order.slice(order.indexOf(this.#place.kind))) {
      if (kind !== this.#place.kind) this.#place = { kind, after: undefined }
      const { from, to } = this.keys.all(kind)
      const { after } = this.#place
      let newer: Uint8Array | undefined = after
      const range = { from: after === undefined ? from : concat(after, Uint8Array.of(0)), to }
      for await (const [key] of this.keyValue.scan(range)) {
        if (rows.length >= most) return false
        const end = this.#end(kind, key, newer)
        if (oldestKept(marks, this.keys.pulseOf(key)) >= end) rows.push({ key, value: undefined })
        newer = key
        this.#place = { kind, after: key }
      }
    }
    return true
  }

  /** The pulse at which the version of a key was replaced; beyond all where it was not. */
  #end(kind: Kind, key: Uint8Array, newer: Uint8Array | undefined): bigint {
    const own = key.length - 8
    if (newer !== undefined && same(newer.subarray(0, own), key.subarray(0, own))) {
      return this.keys.pulseOf(newer)
    }
    const now = kind === kinds.past ? this.#since(this.keys.idOf(key)) : undefined
    return now ?? 2n ** 64n
  }

  /** A version whose account can not be read is kept. */
  #since(id: Uint8Array): bigint | undefined {
    const key = this.keys.now(id)
    const value = this.keyValue.get(key)
    const body = value === undefined ? undefined : bodyOf(key, value)
    return body === undefined ? undefined : readNow(body).since
  }
}

/**
 * Rows that remove the whole store of a branch, at most `most` of them; none when nothing is left.
 * For branches that are no more, and for a damaged store: erase it, then note the accounts that
 * were fetched elsewhere.
 * @param org id of the organization, 20 bytes
 */
export async function eraseSnapshots(
  keyValue: Pick<KeyValue, 'scan'>,
  org: Uint8Array,
  prefix: Prefix,
  most: number,
): Promise<readonly Row[]> {
  const from = new RowKeys(org, prefix).start
  const rows: Row[] = []
  for await (const [key] of keyValue.scan({ from, to: afterPrefix(from), limit: most })) {
    rows.push({ key, value: undefined })
  }
  return rows
}

const same = (a: Uint8Array | undefined, b: Uint8Array): boolean =>
  a !== undefined && compare(a, b) === 0
