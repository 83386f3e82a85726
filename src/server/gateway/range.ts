/** `Range`, `If-Range` and `If-None-Match` (RFC 9110, sections 13 and 14); single ranges. */

export type Wanted =
  | { readonly kind: 'whole' }
  /** bytes from `start` to `end`, exclusive */
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'outside' }

const whole = { kind: 'whole' } as const

/**
 * What a `Range` header asks of `size` bytes. Several ranges, other units and malformed headers get
 * the whole, as the RFC allows.
 */
export function readRange(header: string | undefined, size: number): Wanted {
  const parts = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(header ?? '')
  if (parts === null) return whole
  const [, first, last] = parts
  if (first === '' && last === '') return whole
  if (first === '') {
    const count = Math.min(Number(last), size)
    return count === 0 ? { kind: 'outside' } : { kind: 'part', start: size - count, end: size }
  }
  const start = Number(first)
  if (last !== '' && Number(last) < start) return whole
  if (start >= size) return { kind: 'outside' }
  const end = last === '' ? size : Math.min(Number(last) + 1, size)
  return { kind: 'part', start, end }
}

/** Whether `If-None-Match` names this strong tag; weak comparison, as for GET. */
export function matchesTag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  if (header.trim() === '*') return true
  return header.split(',').some((item) => item.trim().replace(/^W\//, '') === etag)
}

/**
 * Whether a range still fits: `If-Range` is absent or names this very tag. Dates are never equal,
 * for content here is known by its tag.
 */
export const rangeHolds = (ifRange: string | undefined, etag: string): boolean =>
  ifRange === undefined || ifRange.trim() === etag
