/**
 * base: bytes, canonical CBOR, ids, CIDs, typed errors, limits. Pure; runs in Node and in a
 * browser.
 * White paper: Part I, 4.1 (labels and synopses).
 */
export * from './bytes.js'
export { type Value, NotCanonical, NotEncodable, decodeCbor, encodeCbor } from './cbor.js'
export { CID, cidOf, cidOfDigest, codecs, matchesCid, matchesCidAside, parseCid } from './cid.js'
export { hashPairs, ripemd160, sha256 } from '#digest'
export { BadInput, type ErrorData, type ErrorKind, LeitherError } from './errors.js'
export * from './ids.js'
export * from './layout.js'
export { fromJson, toJson } from './json.js'
export { limits } from './limits.js'
