/**
 * Pulses whose blocks of its branch a post has on its disk. It can answer for these: of a pulse
 * that it never got it knows neither the table nor which of the branch's blocks belong to it.
 */
import type { Notice } from '#bookkeeper'
import type { NodeView, Place } from '../checker.js'

export class KnownPulses {
  readonly #seen = new Map<string, Set<bigint>>()

  /** Watches for blocks that are included: a post says so once their rows are durable. */
  told({ name }: NodeView, { kind, prefix }: Place, notice: Notice): void {
    if (notice.kind !== 'included' || kind !== 'branch') return
    const key = `${name} ${prefix}`
    const seen = this.#seen.get(key) ?? new Set()
    seen.add(notice.pulse)
    this.#seen.set(key, seen)
  }

  /** Disks that were damaged may have lost any of it. */
  of({ name, isDamaged }: NodeView, { prefix }: Place): readonly bigint[] {
    return isDamaged ? [] : [...(this.#seen.get(`${name} ${prefix}`) ?? [])]
  }
}
