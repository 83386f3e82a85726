/**
 * The digests, by Node's own crypto and, where it has a binary for this machine, hashtree. Behind
 * the door `#digest`; browsers get the other file.
 */
import * as crypto from 'node:crypto'

const toBytes = (digest: Buffer): Uint8Array =>
  new Uint8Array(digest.buffer, digest.byteOffset, digest.length)

/** One-shot hashing came with Node 20.12; it spares small inputs a tenth. */
const hasOneShot: boolean = 'hash' in crypto

/** SHA-256, 32 bytes. */
export const sha256 = (bytes: Uint8Array): Uint8Array =>
  toBytes(
    hasOneShot
      ? crypto.hash('sha256', bytes, 'buffer')
      : crypto.createHash('sha256').update(bytes).digest(),
  )

/**
 * SHA-256 on another thread: of a block of 1 MiB this thread only pays for a copy. What is much
 * smaller is hashed sooner here.
 */
export const sha256Aside = async (bytes: Uint8Array): Promise<Uint8Array> =>
  new Uint8Array(await crypto.webcrypto.subtle.digest('SHA-256', bytes))

/** RIPEMD-160, 20 bytes: the ids of keys of type `sodiumv2`. */
export const ripemd160 = (bytes: Uint8Array): Uint8Array =>
  toBytes(crypto.createHash('ripemd160').update(bytes).digest())

type HashInto = (input: Uint8Array, output: Uint8Array) => void

/** One by one: for boards that hashtree has no binary for. */
const hashEach: HashInto = (input, output) => {
  for (let i = 0; 64 * i < input.length; i++) {
    output.set(sha256(input.subarray(64 * i, 64 * i + 64)), 32 * i)
  }
}

const found = await import('@chainsafe/hashtree').catch(() => ({ hashInto: hashEach }))

/**
 * SHA-256 of each 64 bytes of `input` (n * 64 bytes) into 32 bytes of `output` (n * 32 bytes): many
 * at once cost a tenth of one by one.
 */
export const hashPairs: HashInto = found.hashInto
