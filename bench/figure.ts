/** One measured figure beside the limit or peer measured in the same run. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** what it is held against, in the same unit: a raw rate, or a bound */
  readonly limit: number
  /** value / limit */
  readonly ratio: number
}

/** Middle value of several runs. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** A figure with its ratio. */
export const figure = (name: string, value: number, unit: string, limit: number): Figure => ({
  name,
  value,
  unit,
  limit,
  ratio: value / limit,
})
