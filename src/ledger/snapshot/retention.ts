/**
 * Which pulses can be read (spec OL-1, I: retention): every pulse for a while, then one per stride.
 * Strided pulses are multiples of the stride, so that what is kept today is kept tomorrow.
 */
import { decode, encode, listOf, struct, u64, type ValueOf } from '#base'

/** How long which pulses can be read. */
export interface Retention {
  /** every pulse: so many of the newest, at least 1 */
  readonly every: number
  /**
   * then one in `stride` for `span` pulses, and so on. A stride keeps what those before it kept:
   * let each be a multiple of the last.
   */
  readonly thinned: readonly { readonly stride: number; readonly span: number }[]
}

const hour = 3600
const day = 24 * hour

/** Every pulse for 48 hours, one per hour for 30 days, then one per day (spec OL-1, I). */
export const standardRetention: Retention = {
  every: 2 * day,
  thinned: [
    { stride: hour, span: 30 * day },
    { stride: day, span: Number.MAX_SAFE_INTEGER },
  ],
}

const markLayout = struct({
  newest: u64,
  every: u64,
  thinned: listOf(struct({ stride: u64, span: u64 }), 64),
})

/** A retention, and the pulse that was the newest when it was last applied. */
export type Mark = ValueOf<typeof markLayout>

const marksLayout = listOf(markLayout, 1024)
export const encodeMarks = (marks: readonly Mark[]): Uint8Array => encode(marksLayout, marks)
export const decodeMarks = (bytes: Uint8Array): readonly Mark[] => decode(marksLayout, bytes)

export const markOf = ({ every, thinned }: Retention, newest: bigint): Mark => ({
  newest,
  every: BigInt(every),
  thinned: thinned.map(({ stride, span }) => ({ stride: BigInt(stride), span: BigInt(span) })),
})

const largest = (a: bigint, b: bigint): bigint => (a > b ? a : b)
const divisor = (a: bigint, b: bigint): bigint => (b === 0n ? a : divisor(b, a % b))

/** The oldest pulse at or above `pulse` that one mark keeps. */
function keptBy({ newest, every, thinned }: Mark, pulse: bigint): bigint {
  // The ranges of pulses, newest first, each with what its pulses are multiples of.
  let low = largest(0n, newest - every + 1n)
  if (pulse >= low) return pulse
  const ranges: { low: bigint; end: bigint; stride: bigint }[] = []
  let multiple = 1n
  for (const { stride, span } of thinned) {
    const end = low
    low = largest(0n, low - span)
    multiple = (multiple * stride) / divisor(multiple, stride)
    ranges.push({ low, end, stride: multiple })
  }
  let at = pulse
  for (const range of ranges.reverse()) {
    at = largest(at, range.low)
    const kept = ((at + range.stride - 1n) / range.stride) * range.stride
    if (kept < range.end) return kept
    at = largest(at, range.end)
  }
  return largest(at, newest - every + 1n)
}

/** The oldest pulse at or above `pulse` that all marks keep. */
export function oldestKept(marks: readonly Mark[], pulse: bigint): bigint {
  for (let at = pulse; ;) {
    const next = marks.reduce((kept, mark) => keptBy(mark, kept), at)
    if (next === at) return at
    at = next
  }
}

/** Whether the pulse is kept by all marks. */
export const isKept = (marks: readonly Mark[], pulse: bigint): boolean =>
  marks.every((mark) => keptBy(mark, pulse) === pulse)

const sameRules = (a: Mark, b: Mark): boolean =>
  a.every === b.every &&
  a.thinned.length === b.thinned.length &&
  a.thinned.every(({ stride, span }, i) => {
    const other = b.thinned[i]
    return stride === other.stride && span === other.span
  })

/**
 * Marks with one more. The same rules at a newer pulse keep less, so they replace the older mark;
 * other rules stand beside it, for what it dropped stays dropped, until all of that is out of reach
 * of the new one too.
 */
export function withMark(marks: readonly Mark[], mark: Mark): readonly Mark[] {
  const reach = keptBy(mark, 0n)
  const others = marks.filter(
    (one) => !sameRules(one, mark) && reach < largest(0n, one.newest - one.every + 1n),
  )
  return [...others, mark]
}
