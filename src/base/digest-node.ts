/**
 * The two digests, by Node's own crypto. Behind the door `#digest`; browsers get `digest-browser`.
 */
import { createHash } from 'node:crypto'

/** SHA-256, 32 bytes. */
export const sha256 = (bytes: Uint8Array): Uint8Array => {
  const digest = createHash('sha256').update(bytes).digest()
  return new Uint8Array(digest.buffer, digest.byteOffset, digest.length)
}

/** RIPEMD-160, 20 bytes: the ids of keys of type `sodiumv2`. */
export const ripemd160 = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(createHash('ripemd160').update(bytes).digest())
