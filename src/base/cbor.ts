/**
 * Canonical CBOR (the DAG-CBOR profile): one byte text per value, so that hashes and signatures
 * hold.
 * Maps are sorted by key (shorter first, then bytewise), integers are shortest, floats are 64 bits.
 */
import * as dagCbor from '@ipld/dag-cbor'
import type { CID } from 'multiformats/cid'
import { LeitherError } from './errors.js'

/** What a unit's database, a head or a record may hold: the IPLD data model. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | CID
  | readonly Value[]
  | { readonly [key: string]: Value }

export class NotCanonical extends LeitherError {
  constructor(reason: string, cause: unknown) {
    super('CBOR_INVALID', 'corrupt', `these bytes are no canonical CBOR: ${reason}`, {}, { cause })
  }
}

export class NotEncodable extends LeitherError {
  constructor(reason: string, cause: unknown) {
    super(
      'VALUE_INVALID',
      'bad-input',
      `this value cannot be stored: ${reason}; use null, booleans, numbers, texts, bytes, CIDs, ` +
        'lists and maps with text keys',
      {},
      { cause },
    )
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : `${error}`)

/** Canonical bytes of a value. @throws NotEncodable for undefined, NaN, infinities, functions … */
export function encodeCbor(value: Value): Uint8Array {
  try {
    return dagCbor.encode(value)
  } catch (error) {
    throw new NotEncodable(reasonOf(error), error)
  }
}

/**
 * The value of canonical bytes. The caller checks its shape: the type parameter is a claim.
 * @throws NotCanonical
 */
export function decodeCbor<T = Value>(bytes: Uint8Array): T {
  try {
    return dagCbor.decode(bytes) as T
  } catch (error) {
    throw new NotCanonical(reasonOf(error), error)
  }
}
