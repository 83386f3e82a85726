/** The two digests where there is no Node. Behind the door `#digest`. */
import { sha256 } from '@noble/hashes/sha2.js'

export { sha256 }
export { ripemd160 } from '@noble/hashes/legacy.js'

/** Here as well: pages from `http:` addresses of a LAN have no digests of the browser. */
export const sha256Aside = async (bytes: Uint8Array): Promise<Uint8Array> => sha256(bytes)
