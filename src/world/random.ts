import { BadInput } from '#base'

/** Randomness comes in by this door: the system's own, or a seed's. */
export interface Random {
  /** `count` fresh bytes (0 to 65,536). @throws BadInput */
  bytes(count: number): Uint8Array
}

const mostBytes = 65_536

/** Lets pass how many bytes a `Random` gives at a time. @throws BadInput */
export function checkRandomCount(count: number): void {
  if (Number.isInteger(count) && count >= 0 && count <= mostBytes) return
  throw new BadInput(`${count} is no number of random bytes`, `ask for 0 to ${mostBytes}`, {
    count,
  })
}
