/** A running hash over everything that happens: two runs with the same hash were the same run. */
import type { Notice } from '#bookkeeper'
import { Mix } from './mix.js'

type Digest = readonly [number, number, number, number]

export class Trace {
  readonly #mix = new Mix(0x0117)

  #event(kind: number, time: number, node: number): Mix {
    return this.#mix.word((kind << 24) | node).float(time)
  }

  sent(time: number, from: number, to: string, digest: Digest): void {
    const mix = this.#event(1, time, from).word(to.charCodeAt(5) | (to.charCodeAt(6) << 16))
    for (const word of digest) mix.word(word)
  }

  delivered(time: number, node: number, digest: Digest): void {
    const mix = this.#event(2, time, node)
    for (const word of digest) mix.word(word)
  }

  told(time: number, node: number, notice: Notice): void {
    const mix = this.#event(3, time, node)
    for (const value of Object.values(notice) as (string | bigint | Uint8Array)[]) {
      if (value instanceof Uint8Array) mix.bytes(value)
      else mix.text(String(value))
    }
  }

  stored(time: number, node: number, rows: number): void {
    this.#event(4, time, node).word(rows)
  }

  upOrDown(time: number, node: number, isUp: 0 | 1): void {
    this.#event(5, time, node).word(isUp)
  }

  hex(): string {
    return this.#mix.hex()
  }
}
