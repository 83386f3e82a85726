/**
 * Passports: signed, expiring words of a key's holder, shown to a node in place of a password
 * (classic API, 6.2). The text form is base64url of the canonical CBOR.
 */
import { decodeCbor, encodeCbor, fromBase64, type KeyId, keyId, toBase64Url } from '#base'
import { PassportElsewhere, PassportExpired, PassportInvalid } from './errors.js'
import { type Key, sign, verify } from './keys.js'

/** What the signer says. */
export interface PassportWords {
  /** `self`: the bearer is the signer; `sync`: the bearer node may fetch the units named */
  readonly certFor: 'self' | 'sync'
  /** the only node that may take it; null for any */
  readonly node: KeyId | null
  /** the only key that may show it (for `sync`); null for any bearer */
  readonly bearer: KeyId | null
  /** units it speaks of (for `sync`); empty for all of the signer's */
  readonly units: readonly string[]
  /** milliseconds since 1970 */
  readonly signed: number
  readonly expires: number
}

export interface Passport extends PassportWords {
  readonly signer: KeyId
  readonly publicKey: Uint8Array
}

const longestMillis = 366 * 24 * 60 * 60 * 1000
/** How far a signer's clock may be ahead of ours. */
const clockLeeway = 5 * 60 * 1000

/** Signs a passport. @returns its text */
export function signPassport(key: Key, words: PassportWords): string {
  const { certFor, node, bearer, units, signed, expires } = words
  const body = encodeCbor({ certFor, node, bearer, units: [...units], signed, expires })
  const signature = sign(key, 'leither/passport/1', body)
  return toBase64Url(encodeCbor([body, key.publicKey, signature]))
}

function isWords(value: unknown): value is PassportWords {
  if (typeof value !== 'object' || value === null) return false
  const words = value as Record<string, unknown>
  return (
    (words.certFor === 'self' || words.certFor === 'sync') &&
    (words.node === null || typeof words.node === 'string') &&
    (words.bearer === null || typeof words.bearer === 'string') &&
    Array.isArray(words.units) &&
    words.units.every((unit) => typeof unit === 'string') &&
    typeof words.signed === 'number' &&
    typeof words.expires === 'number'
  )
}

/** Reads a passport and checks its signature, not yet its time or place. @throws PassportInvalid */
export function readPassport(text: string): Passport {
  const bytes = fromBase64(text.trim())
  if (bytes === undefined || bytes.length > 16_384)
    throw new PassportInvalid('it is not a passport text')
  let parts: unknown
  let words: unknown
  try {
    parts = decodeCbor(bytes)
    words =
      Array.isArray(parts) && parts[0] instanceof Uint8Array ? decodeCbor(parts[0]) : undefined
  } catch {
    throw new PassportInvalid('it is damaged')
  }
  const [body, publicKey, signature] = parts as Uint8Array[]
  if (!isWords(words) || !(publicKey instanceof Uint8Array) || !(signature instanceof Uint8Array)) {
    throw new PassportInvalid('it is damaged')
  }
  if (!verify(publicKey, 'leither/passport/1', body, signature)) {
    throw new PassportInvalid('its signature does not fit')
  }
  return { ...words, signer: keyId(publicKey), publicKey }
}

/**
 * Reads and fully checks a passport shown here and now.
 * @param here this node's id @param now milliseconds since 1970
 * @throws PassportInvalid, PassportExpired, PassportElsewhere
 */
export function checkPassport(text: string, here: KeyId, now: number): Passport {
  const passport = readPassport(text)
  if (passport.expires <= now) throw new PassportExpired(passport.expires)
  if (passport.signed > now + clockLeeway) throw new PassportInvalid('it is signed in the future')
  if (passport.expires - passport.signed > longestMillis)
    throw new PassportInvalid('it is valid for too long')
  if (passport.node !== null && passport.node !== here)
    throw new PassportElsewhere(passport.node, here)
  return passport
}
