/**
 * Chance of a run: xoshiro128** (Blackman, Vigna), one stream for each purpose, so that a fault
 * more or less in one place shifts no dice in another (spec OL-1, D 4.2).
 */

/** Dice of one purpose. All draws are reproducible from the seed. */
export interface Stream {
  /** 32 random bits, unsigned */
  next(): number
  /** whole number from 0 to `below` - 1 */
  int(below: number): number
  /** whole number from `low` to `high`, both included */
  between(low: number, high: number): number
  /** from 0 (included) to 1 (excluded) */
  float(): number
  /** true with this probability */
  chance(probability: number): boolean
  /** one of these; there must be one */
  pick<T>(items: readonly T[]): T
  /** `count` different ones of these (all, where there are fewer), in random order */
  some<T>(items: readonly T[], count: number): T[]
  /** lognormal with this median; `spread` is the standard deviation of its logarithm */
  lognormal(median: number, spread: number): number
  /** exponential with this mean */
  exponential(mean: number): number
  bytes(count: number): Uint8Array
  /** A stream of its own, told by a name; draws from it do not move this one. */
  split(name: string): Stream
}

const rotl = (x: number, k: number): number => (x << k) | (x >>> (32 - k))

/** FNV-1a over the characters of a text, with a last mix. */
function hashText(text: string, start: number): number {
  let hash = start ^ 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** The stream of a seed: any text or whole number. */
export function streamOf(seed: string | number): Stream {
  const name = String(seed)
  const state = new Uint32Array(4)
  for (let i = 0; i < 4; i++) state[i] = hashText(`${name}\0${i}`, Math.imul(i + 1, 0x9e3779b9))
  if (state.every((word) => word === 0)) state[0] = 1

  const next = (): number => {
    const result = Math.imul(rotl(Math.imul(state[1], 5), 7), 9) >>> 0
    const shifted = state[1] << 9
    state[2] ^= state[0]
    state[3] ^= state[1]
    state[1] ^= state[2]
    state[0] ^= state[3]
    state[2] ^= shifted
    state[3] = rotl(state[3], 11)
    return result
  }
  const float = (): number => (next() * 2 ** 21 + (next() >>> 11)) / 2 ** 53
  const int = (below: number): number => Math.floor(float() * below)
  return {
    next,
    float,
    int,
    between: (low, high) => low + int(high - low + 1),
    chance: (probability) => probability > 0 && float() < probability,
    pick: (items) => items[int(items.length)],
    some(items, count) {
      const rest = [...items]
      const taken = []
      while (taken.length < count && rest.length > 0) {
        taken.push(rest.splice(int(rest.length), 1)[0])
      }
      return taken
    },
    lognormal(median, spread) {
      const normal = Math.sqrt(-2 * Math.log(1 - float())) * Math.cos(2 * Math.PI * float())
      return median * Math.exp(spread * normal)
    },
    exponential: (mean) => -mean * Math.log(1 - float()),
    bytes(count) {
      const bytes = new Uint8Array(count)
      for (let i = 0; i < count; i++) bytes[i] = next()
      return bytes
    },
    split: (part) => streamOf(`${name}/${part}`),
  }
}
