/**
 * Amounts as two numbers, the low and the high 32 bits: sums of many are exact without big
 * integers, which cost more than all else that an update does. After an addition the low half may
 * be out of its range until the amount is settled.
 */

/** Places of a pair of sums, in fours: total low, total high, bond low, bond high. */
export type SumHalves = Float64Array

const wrap = 2 ** 32

/** Brings the low half of the amount at `at` into its range. */
export function settle(halves: SumHalves, at: number): void {
  const carry = Math.floor(halves[at] / wrap)
  halves[at] -= carry * wrap
  halves[at + 1] += carry
}

/** The settled amount at `at`. */
export const amountAt = (halves: SumHalves, at: number): bigint =>
  BigInt(halves[at]) + (BigInt(halves[at + 1]) << 32n)

/** Whether the settled amount at `at` has more than 64 bits. */
export const isTooMuch = (halves: SumHalves, at: number): boolean => halves[at + 1] >= wrap
