/** Randomness of the operating system, fit for keys. */
import { randomBytes } from 'node:crypto'
import { checkRandomCount, type Random } from '#world'

export const systemRandom = (): Random => ({
  bytes(count) {
    checkRandomCount(count)
    const bytes = randomBytes(count)
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
  },
})
