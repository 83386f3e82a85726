/**
 * Signed records: a map with `publicKey` and `signature` beside its other fields. The signature is
 * over the canonical CBOR of all fields but itself, in a domain that says what is signed.
 */
import { decodeCbor, encodeCbor, equal, type KeyId, keyId, type Value } from '#base'
import { type Domain, type Key, sign, verify } from '#identity'
import type { Refuse } from './fields.js'

export type RecordMap = { readonly [field: string]: Value }
export type SignedMap = RecordMap & {
  readonly publicKey: Uint8Array
  readonly signature: Uint8Array
}

/** The record with the signer's public key and signature. */
export function signRecord(key: Key, domain: Domain, fields: RecordMap): SignedMap {
  const body = { ...fields, publicKey: key.publicKey }
  return { ...body, signature: sign(key, domain, encodeCbor(body)) }
}

/** Whether the record's own public key signed it for this domain. */
function isSigned(domain: Domain, record: SignedMap): boolean {
  const { signature, ...body } = record
  return verify(record.publicKey, domain, encodeCbor(body), signature)
}

/** Whether an id (of either key type) is the id of this public key. */
const isKeyOf = (id: KeyId, publicKey: Uint8Array): boolean =>
  keyId(publicKey) === id || keyId(publicKey, 'sodium') === id

/** Says whether what a record claims holds: all that takes hashing, encoding or a signature. */
export interface Proof {
  /** one value has one form */
  isCanonical(bytes: Uint8Array, value: Value): boolean
  isKeyOf(id: KeyId, publicKey: Uint8Array): boolean
  isSigned(domain: Domain, record: SignedMap): boolean
}

export const inFull: Proof = {
  isCanonical: (bytes, value) => equal(encodeCbor(value), bytes),
  isKeyOf,
  isSigned,
}

/**
 * For records of this node's own store: they were checked before they came in, and a node with
 * thousands of units must not check them all again at each start.
 */
export const provenBefore: Proof = {
  isCanonical: () => true,
  isKeyOf: () => true,
  isSigned: () => true,
}

/** The value of a record's bytes. */
export function readCanonical(bytes: Uint8Array, refuse: Refuse, proof: Proof): Value {
  let value: Value
  try {
    value = decodeCbor(bytes)
  } catch {
    throw refuse('its bytes are no CBOR')
  }
  if (!proof.isCanonical(bytes, value)) throw refuse('its bytes are not canonical')
  return value
}
