/**
 * Sizes of working copies. A unit counts its cur anew, in time that grows with the changes in it;
 * lists of many units ask often, so the last answer is kept until the unit changes.
 */
import type { Unit, Units } from '#mimei'
import type { Clock } from '#world'

/** An answer that took longer may be this many times as old as it took, in a list. */
const ageFactor = 20
const quickMillis = 50

interface Counted {
  readonly size: Promise<number>
  /** milliseconds that it took, once it is known */
  cost: number
  readonly at: number
  changed: boolean
}

export interface Sizes {
  /**
   * Bytes of cur.
   * @param exact false: a large unit that is being changed may be told as it was a moment ago
   */
  ofCur(unit: Pick<Unit, 'mid' | 'size'>, exact: boolean): Promise<number>
  close(): void
}

export function openSizes({
  units,
  clock,
}: {
  units: Pick<Units, 'onEvent'>
  clock: Pick<Clock, 'now'>
}): Sizes {
  const counted = new Map<string, Counted>()
  const stop = units.onEvent(({ type, mid }) => {
    const known = counted.get(mid)
    if (known !== undefined) known.changed = true
    if (type === 'removed') counted.delete(mid)
  })
  const isGoodFor = ({ changed, cost, at }: Counted, exact: boolean): boolean => {
    if (!changed) return true
    return !exact && cost > quickMillis && clock.now() < at + ageFactor * cost
  }
  return {
    ofCur(unit, exact) {
      const known = counted.get(unit.mid)
      if (known !== undefined && isGoodFor(known, exact)) return known.size
      const at = clock.now()
      const size = unit.size('cur')
      const fresh: Counted = { size, cost: 0, at, changed: false }
      counted.set(unit.mid, fresh)
      size.then(
        () => (fresh.cost = clock.now() - at),
        () => counted.delete(unit.mid),
      )
      return size
    },
    close: stop,
  }
}
