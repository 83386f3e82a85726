/** Accounts out of a seed, for tests and measurements. */
import type { Account } from '../account.js'

/** A whole number from 0 up to, not with, `below` (at most 2 ** 32). */
export type Randoms = (below: number) => number

/** Numbers out of a seed: always the same ones (mulberry32). */
export function randomsOf(seed: number): Randoms {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

/** Bytes out of a seed's numbers, four of each. */
export function randomBytes(random: Randoms, count: number): Uint8Array {
  const bytes = new Uint8Array(count)
  for (let at = 0; at < count; at += 4) {
    const word = random(2 ** 32)
    for (let i = 0; i < 4 && at + i < count; i++) bytes[at + i] = word >>> (8 * i)
  }
  return bytes
}

/** An id whose bytes from `spread` to the tenth are zero: ids crowd together. */
function randomId(random: Randoms, spread: number): Uint8Array {
  const id = randomBytes(random, 20)
  if (spread < 160) {
    for (let i = 0; i < 10; i++) if (i >= spread) id[i] = 0
  }
  return id
}

/**
 * An account out of a seed's numbers.
 *
 * @param options `id` to use instead of a new one; `spread`: bytes in front in which new ids differ
 */
export function randomAccount(
  random: Randoms,
  { id, spread = 160 }: { id?: Uint8Array; spread?: number } = {},
): Account {
  const amount = (): bigint => BigInt(random(2 ** 32)) * BigInt(random(256))
  return {
    id: id ?? randomId(random, spread),
    amount: amount(),
    pulse: BigInt(random(2 ** 32)),
    cold: {
      blind: randomBytes(random, 16),
      publicKey: randomBytes(random, 32),
      nonce: BigInt(random(1000)),
      held: random(4) === 0 ? amount() : 0n,
      bond: random(4) === 0 ? amount() : 0n,
      votesRoot: random(4) === 0 ? randomBytes(random, 32) : new Uint8Array(32),
      flags: random(4),
    },
  }
}
