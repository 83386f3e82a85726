/** The digests where there is no Node. Behind the door `#digest`. */
import { sha256 } from '@noble/hashes/sha2.js'

export { sha256 }
export { ripemd160 } from '@noble/hashes/legacy.js'

/** Here as well: pages from `http:` addresses of a LAN have no digests of the browser. */
export const sha256Aside = async (bytes: Uint8Array): Promise<Uint8Array> => sha256(bytes)

/** SHA-256 of each 64 bytes of `input` into 32 bytes of `output`. */
export function hashPairs(input: Uint8Array, output: Uint8Array): void {
  for (let i = 0; 64 * i < input.length; i++) {
    output.set(sha256(input.subarray(64 * i, 64 * i + 64)), 32 * i)
  }
}
