import { checkRandomCount, type Random } from '../random.js'

/** xoshiro128** from one 32-bit seed: the same bytes on every machine, in every release. */
export function seededRandom(seed: number): Random {
  let mix = seed >>> 0
  const state = new Uint32Array(4)
  for (let i = 0; i < 4; i++) {
    // splitmix32 spreads small seeds over the whole state.
    mix = (mix + 0x9e3779b9) >>> 0
    let word = mix
    word = Math.imul(word ^ (word >>> 16), 0x21f0aaad)
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97)
    state[i] = word ^ (word >>> 15)
  }
  const next = (): number => {
    const scaled = Math.imul(state[1], 5)
    const result = Math.imul((scaled << 7) | (scaled >>> 25), 9) >>> 0
    const carried = state[1] << 9
    state[2] ^= state[0]
    state[3] ^= state[1]
    state[1] ^= state[2]
    state[0] ^= state[3]
    state[2] ^= carried
    state[3] = (state[3] << 11) | (state[3] >>> 21)
    return result
  }
  return {
    bytes(count) {
      checkRandomCount(count)
      const bytes = new Uint8Array(count)
      for (let at = 0; at < count; at += 4) {
        const word = next()
        for (let i = 0; i < 4 && at + i < count; i++) bytes[at + i] = (word >>> (8 * i)) & 0xff
      }
      return bytes
    },
  }
}
