/**
 * Ed25519 keys and what they sign (paper 4.1; classic API, 6.1 and 6.2).
 *
 * Every signature is over `domain NUL body`, where the domain names what is signed, so that no
 * signature serves twice. One implementation, node:crypto, decides what is valid.
 */
import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign as edSign,
  verify as edVerify,
} from 'node:crypto'
import { concat, fromText, type KeyId, keyId, toBase64Url } from '#base'
import { KeyInvalid } from './errors.js'

/** What signatures are for. A new kind of signed thing gets a new domain. */
export type Domain =
  | 'leither/passport/1'
  | 'leither/version/1'
  | 'leither/head/1'
  | 'leither/rights/1'
  | 'leither/release/1'
  | 'leither/message/1'
  | LedgerDomain

/** What an organization's ledger signs (spec OL-1, D). The body begins with the organization. */
export type LedgerDomain =
  | 'leither/ledger/transfer/1'
  | 'leither/ledger/accept/1'
  | 'leither/ledger/order/1'
  | 'leither/ledger/proposal/1'
  | 'leither/ledger/vote/1'
  | 'leither/ledger/mark/1'
  | 'leither/ledger/charter/1'
  | 'leither/ledger/status/1'

/** A public key with its id. */
export interface PublicKey {
  readonly id: KeyId
  /** 32 bytes */
  readonly publicKey: Uint8Array
}

/** A key that can sign. The seed never leaves this object by accident: it is not enumerable. */
export interface Key extends PublicKey {
  /** 32 bytes; whoever has it is the owner */
  readonly seed: Uint8Array
}

const signers = new WeakMap<Key, KeyObject>()

function privateObject(seed: Uint8Array, publicKey: Uint8Array): KeyObject {
  const jwk = { kty: 'OKP', crv: 'Ed25519', d: toBase64Url(seed), x: toBase64Url(publicKey) }
  return createPrivateKey({ key: jwk, format: 'jwk' })
}

function publicObject(publicKey: Uint8Array): KeyObject {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: toBase64Url(publicKey) }
  return createPublicKey({ key: jwk, format: 'jwk' })
}

/** DER header of an Ed25519 seed in PKCS #8; the seed's 32 bytes follow. */
const pkcs8Header = Buffer.from('302e020100300506032b657004220420', 'hex')

function publicKeyOfSeed(seed: Uint8Array): Uint8Array {
  const key = createPrivateKey({
    key: Buffer.concat([pkcs8Header, seed]),
    format: 'der',
    type: 'pkcs8',
  })
  const { x } = createPublicKey(key).export({ format: 'jwk' })
  return new Uint8Array(Buffer.from(x ?? '', 'base64url'))
}

/** The key of a seed (32 bytes, from the world's Random or a key file). @throws KeyInvalid */
export function keyFromSeed(seed: Uint8Array): Key {
  if (seed.length !== 32) throw new KeyInvalid(`a seed has 32 bytes, this one ${seed.length}`)
  const publicKey = publicKeyOfSeed(seed)
  const key = { id: keyId(publicKey), publicKey } as Key
  Object.defineProperty(key, 'seed', { value: Uint8Array.from(seed), enumerable: false })
  return key
}

/** A new key. */
export const makeKey = (random: { bytes(count: number): Uint8Array }): Key =>
  keyFromSeed(random.bytes(32))

const toBeSigned = (domain: Domain, body: Uint8Array): Uint8Array =>
  concat(fromText(domain), Uint8Array.of(0), body)

/** Signature of 64 bytes over a body, for one domain. */
export function sign(key: Key, domain: Domain, body: Uint8Array): Uint8Array {
  let signer = signers.get(key)
  if (signer === undefined) {
    signer = privateObject(key.seed, key.publicKey)
    signers.set(key, signer)
  }
  return new Uint8Array(edSign(null, toBeSigned(domain, body), signer))
}

/** Signing and checking as an argument: a simulator puts a cheaper kind in its place. */
export interface Signatures {
  sign(key: Key, domain: Domain, body: Uint8Array): Uint8Array
  verify(publicKey: Uint8Array, domain: Domain, body: Uint8Array, signature: Uint8Array): boolean
}

/**
 * Ed25519 that keeps the key objects of the last `kept` public keys: making one costs as much as
 * a check.
 */
export function signatures(kept = 65_536): Signatures {
  const objects = new Map<string, KeyObject>()
  const objectOf = (publicKey: Uint8Array): KeyObject => {
    const name = Buffer.from(publicKey).toString('latin1')
    let object = objects.get(name)
    if (object !== undefined) return object
    object = publicObject(publicKey)
    if (objects.size >= kept) {
      const [oldest] = objects.keys()
      objects.delete(oldest)
    }
    objects.set(name, object)
    return object
  }
  return {
    sign,
    verify(publicKey, domain, body, signature) {
      if (publicKey.length !== 32 || signature.length !== 64) return false
      try {
        return edVerify(null, toBeSigned(domain, body), objectOf(publicKey), signature)
      } catch {
        return false
      }
    },
  }
}

/** Whether the holder of the public key (32 bytes) signed this body for this domain. */
export function verify(
  publicKey: Uint8Array,
  domain: Domain,
  body: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false
  try {
    return edVerify(null, toBeSigned(domain, body), publicObject(publicKey), signature)
  } catch {
    return false
  }
}
