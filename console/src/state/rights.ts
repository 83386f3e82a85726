/** Who may read a unit, in three steps; the right word's last digit says it. */

export type Reach = 'closed' | 'readable' | 'open'

/** The digits that the desktop does not change stay as they are. */
const digits: Record<Reach, number> = { closed: 0, readable: 4, open: 5 }
const base = 0x07276700

export const reachOf = (right: number): Reach =>
  (right & 1) !== 0 ? 'open' : (right & 4) !== 0 ? 'readable' : 'closed'

export const rightOf = (reach: Reach, before = base): number => (before & ~0xf) | digits[reach]
