/**
 * Signatures that cost next to nothing: a hash keyed with the signer's seed. Whoever checks looks
 * the seed up here; nobody else has it, so that forging is impossible in the model (spec OL-1, D
 * 4.2, point 3).
 */
import { fromText, keyId } from '#base'
import { type Key, keyFromSeed, type Signatures } from '#identity'
import { Mix } from './mix.js'
import type { Stream } from './streams.js'

export interface SimulatedKeys {
  readonly signatures: Signatures
  /** a new key */
  make(dice: Stream): Key
}

const names = new WeakMap<Uint8Array, string>()

function nameOf(bytes: Uint8Array): string {
  let name = names.get(bytes)
  if (name === undefined) {
    name = String.fromCharCode(...bytes)
    names.set(bytes, name)
  }
  return name
}

const domains = new Map<string, number>()

function wordOf(domain: string): number {
  let word = domains.get(domain)
  if (word === undefined) {
    word = new Mix().text(domain).words()[0]
    domains.set(domain, word)
  }
  return word
}

function signatureOf(seed: Uint8Array, domain: string, body: Uint8Array): Uint8Array {
  const mix = new Mix().bytes(seed).word(wordOf(domain)).bytes(body)
  const signature = new Uint32Array(16)
  // The same 16 bytes four times: nobody searches for collisions here.
  for (const [i, word] of mix.words().entries()) {
    for (let part = 0; part < 16; part += 4) signature[part + i] = word
  }
  return new Uint8Array(signature.buffer)
}

const equal = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Keys and signatures of a run that proves everything but cryptography. */
export function cheapKeys(): SimulatedKeys {
  const seeds = new Map<string, Uint8Array>()
  const know = (key: Key): void => {
    seeds.set(nameOf(key.publicKey), key.seed)
  }
  return {
    signatures: {
      sign(key, domain, body) {
        know(key)
        return signatureOf(key.seed, domain, body)
      },
      verify(publicKey, domain, body, signature) {
        const seed = seeds.get(nameOf(publicKey))
        return seed !== undefined && equal(signatureOf(seed, domain, body), signature)
      },
    },
    make(dice) {
      const seed = dice.bytes(32)
      const publicKey = new Uint8Array(32)
      const words = new DataView(publicKey.buffer)
      const mix = new Mix(1).bytes(seed).bytes(fromText('public'))
      for (let i = 0; i < 8; i++) words.setUint32(4 * i, mix.word(i).words()[0])
      const key = { id: keyId(publicKey), publicKey } as Key
      Object.defineProperty(key, 'seed', { value: seed, enumerable: false })
      know(key)
      return key
    },
  }
}

/** Ed25519 with keys drawn from dice. */
export const realKeys = (signatures: Signatures): SimulatedKeys => ({
  signatures,
  make: (dice) => keyFromSeed(dice.bytes(32)),
})
