/** The two digests where there is no Node. Behind the door `#digest`. */
export { sha256 } from '@noble/hashes/sha2.js'
export { ripemd160 } from '@noble/hashes/legacy.js'
