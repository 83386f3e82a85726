/** What became of transfers and orders: in memory the newest, in rows all (spec OL-1, F). */
import { encode } from '#base'
import { covers, receiptKinds, type Row } from '#ledger'
import type { Step } from './chain.js'
import { type Place, placeLayout, pulseOfLayout, readRow, rowKeys, rowOf } from './rows.js'
import { keyOf, type Seat } from './seat.js'

/** Places and refusals that are held in memory. */
const held = 100_000

/** States of an answer. */
export const states = { unknown: 0, accepted: 1, debited: 2, committed: 3, refused: 4 } as const

const put = <T>(map: Map<string, T>, key: string, value: T): void => {
  if (map.size >= held && !map.has(key)) {
    const [oldest] = map.keys()
    map.delete(oldest)
  }
  map.set(key, value)
}

export class Places {
  readonly #seat: Seat
  readonly #places = new Map<string, Place>()
  readonly #refused = new Map<string, { readonly code: string; readonly height: bigint }>()
  readonly #pulses = new Map<string, bigint>()

  constructor(seat: Seat) {
    this.#seat = seat
  }

  /** Rows that keep where the block's transfers and orders are. */
  finalized({ block: { header }, applied: { ids, sent } }: Step): readonly Row[] {
    const receipts = new Map(
      sent
        .filter(({ kind, payer }) => kind === receiptKinds.credit && covers(header.prefix, payer))
        .map((receipt) => [keyOf(receipt.cause), receipt]),
    )
    return ids.map((id) => {
      const key = keyOf(id)
      const receipt = receipts.get(key)
      const place: Place = {
        cycle: header.cycle,
        height: header.height,
        destination: receipt?.destination ?? header.prefix,
        sequence: receipt?.sequence ?? 0n,
      }
      put(this.#places, key, place)
      this.#refused.delete(key)
      return { key: rowKeys.place(id), value: encode(placeLayout, place) }
    })
  }

  of(id: Uint8Array, key = keyOf(id)): Place | undefined {
    const { rows } = this.#seat.post.disk
    return this.#places.get(key) ?? readRow(rows, rowKeys.place(id), placeLayout)
  }

  refuse(id: Uint8Array, code: string, height: bigint): void {
    put(this.#refused, keyOf(id), { code, height })
  }
  refusal(key: string): { readonly code: string; readonly height: bigint } | undefined {
    return this.#refused.get(key)
  }

  /** Rows that say which pulse included these heights. */
  included(cycle: number, from: bigint, to: bigint, pulse: bigint): readonly Row[] {
    const rows: Row[] = []
    for (let height = from + 1n; height <= to; height++) {
      this.#pulses.set(`${cycle} ${height}`, pulse)
      rows.push(rowOf(rowKeys.pulseOf(cycle, height), pulseOfLayout, { pulse }))
    }
    while (this.#pulses.size > 4096) {
      const [oldest] = this.#pulses.keys()
      this.#pulses.delete(oldest)
    }
    return rows
  }

  /** The pulse that included a height. */
  pulseOf({ cycle, height }: Place): bigint | undefined {
    const { rows } = this.#seat.post.disk
    const held = this.#pulses.get(`${cycle} ${height}`)
    return held ?? readRow(rows, rowKeys.pulseOf(cycle, height), pulseOfLayout)?.pulse
  }
}
