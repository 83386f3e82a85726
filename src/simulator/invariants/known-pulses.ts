/**
 * Which pulses a post has seen. It can answer for these: of one that it never got it knows neither
 * the table nor which of its branch's blocks belong to it.
 */
import type { Notice } from '#bookkeeper'
import type { NodeView, Place } from '../checker.js'

export class KnownPulses {
  readonly #seen = new Map<string, Set<bigint>>()

  told({ name }: NodeView, { kind, prefix }: Place, notice: Notice): void {
    if (notice.kind !== 'pulse') return
    const key = `${name} ${kind} ${prefix}`
    const seen = this.#seen.get(key) ?? new Set()
    seen.add(notice.pulse)
    this.#seen.set(key, seen)
  }

  of({ name }: NodeView, { kind, prefix }: Place): readonly bigint[] {
    return [...(this.#seen.get(`${name} ${kind} ${prefix}`) ?? [])]
  }
}
