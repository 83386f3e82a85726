/** A key at rest: its seed encrypted under a password (scrypt, then AES-256-GCM). */
import { createCipheriv, createDecipheriv, scrypt } from 'node:crypto'
import { concat } from '#base'
import { PasswordWrong } from './errors.js'
import { type Key, keyFromSeed } from './keys.js'

export interface SealedKey {
  readonly kdf: 'scrypt'
  /** cost parameters of scrypt, kept with the key so that they can rise */
  readonly n: number
  readonly r: number
  readonly p: number
  readonly salt: Uint8Array
  readonly nonce: Uint8Array
  /** encrypted seed and its tag */
  readonly box: Uint8Array
}

const cost = { n: 1 << 15, r: 8, p: 1 }

function derive(password: string, salt: Uint8Array, { n, r, p }: typeof cost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const settings = { N: n, r, p, maxmem: 256 * n * r }
    scrypt(password.normalize('NFKC'), salt, 32, settings, (error, secret) => {
      if (error) reject(error)
      else resolve(secret)
    })
  })
}

/** Seals a key under a password; about 80 ms of CPU and 32 MiB, by design. */
export async function sealKey(
  key: Key,
  password: string,
  random: { bytes(count: number): Uint8Array },
): Promise<SealedKey> {
  const salt = random.bytes(16)
  const nonce = random.bytes(12)
  const cipher = createCipheriv('aes-256-gcm', await derive(password, salt, cost), nonce)
  const box = concat(cipher.update(key.seed), cipher.final(), cipher.getAuthTag())
  return { kdf: 'scrypt', ...cost, salt, nonce, box }
}

/** Opens a sealed key. @throws PasswordWrong */
export async function openKey(sealed: SealedKey, password: string): Promise<Key> {
  const secret = await derive(password, sealed.salt, sealed)
  const decipher = createDecipheriv('aes-256-gcm', secret, sealed.nonce)
  decipher.setAuthTag(sealed.box.subarray(-16))
  try {
    return keyFromSeed(concat(decipher.update(sealed.box.subarray(0, -16)), decipher.final()))
  } catch {
    throw new PasswordWrong()
  }
}
