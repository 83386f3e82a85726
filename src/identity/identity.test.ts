import { describe, expect, it } from 'vitest'
import { fromHex, keyId, toHex } from '#base'
import {
  checkPassport,
  KeyInvalid,
  keyFromSeed,
  makeKey,
  openKey,
  PassportElsewhere,
  PassportExpired,
  PassportInvalid,
  type PassportWords,
  PasswordWrong,
  readPassport,
  sealKey,
  sign,
  signPassport,
  verify,
} from './index.js'

let counter = 0
const random = { bytes: (count: number) => new Uint8Array(count).fill(++counter) }
const body = Uint8Array.of(1, 2, 3)
const now = 1_700_000_000_000
const hour = 3_600_000

const words = (change: Partial<PassportWords> = {}): PassportWords => ({
  certFor: 'self',
  node: null,
  bearer: null,
  units: [],
  signed: now,
  expires: now + hour,
  ...change,
})

describe('keys', () => {
  it('follow RFC 8032: the public key of its first test vector', () => {
    const seed = fromHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60')!
    const key = keyFromSeed(seed)
    expect(toHex(key.publicKey)).toBe(
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    )
    expect(key.id).toBe(keyId(key.publicKey))
  })

  it('keep the seed out of JSON and of spread copies', () => {
    const key = makeKey(random)
    expect(Object.keys({ ...key })).not.toContain('seed')
    expect(JSON.stringify(key)).not.toContain('seed')
  })

  it('refuse a seed of the wrong length', () => {
    expect(() => keyFromSeed(new Uint8Array(31))).toThrow(KeyInvalid)
  })

  it('sign for one domain only', () => {
    const key = makeKey(random)
    const signature = sign(key, 'leither/head/1', body)
    expect(verify(key.publicKey, 'leither/head/1', body, signature)).toBe(true)
    expect(verify(key.publicKey, 'leither/version/1', body, signature)).toBe(false)
    expect(verify(makeKey(random).publicKey, 'leither/head/1', body, signature)).toBe(false)
    expect(verify(key.publicKey, 'leither/head/1', body, new Uint8Array(63))).toBe(false)
    expect(verify(new Uint8Array(5), 'leither/head/1', body, signature)).toBe(false)
  })
})

describe('sealed keys', () => {
  it('open with their password, and with no other', async () => {
    const key = makeKey(random)
    const sealed = await sealKey(key, 'correct horse', random)
    expect(toHex((await openKey(sealed, 'correct horse')).seed)).toBe(toHex(key.seed))
    await expect(openKey(sealed, 'correct hors')).rejects.toThrow(PasswordWrong)
  })
})

describe('passports', () => {
  const key = makeKey(random)
  const here = makeKey(random).id

  it('say who signed them', () => {
    const passport = checkPassport(signPassport(key, words({ node: here })), here, now)
    expect(passport.signer).toBe(key.id)
    expect(passport.certFor).toBe('self')
  })

  it('expire, are for one node, and not from the future', () => {
    const text = signPassport(key, words())
    expect(() => checkPassport(text, here, now + hour)).toThrow(PassportExpired)
    const elsewhere = signPassport(key, words({ node: key.id }))
    expect(() => checkPassport(elsewhere, here, now)).toThrow(PassportElsewhere)
    const early = signPassport(key, words({ signed: now + hour, expires: now + 2 * hour }))
    expect(() => checkPassport(early, here, now)).toThrow(PassportInvalid)
    const endless = signPassport(key, words({ expires: now + 400 * 24 * hour }))
    expect(() => checkPassport(endless, here, now)).toThrow(PassportInvalid)
  })

  it('do not survive a changed character', () => {
    const text = signPassport(key, words())
    for (let at = 0; at < text.length - 1; at++) {
      const changed = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
      expect(() => readPassport(changed)).toThrow(PassportInvalid)
    }
    for (const bad of ['', 'x', 'AAAA', '{}', text.slice(0, 40)]) {
      expect(() => readPassport(bad)).toThrow(PassportInvalid)
    }
  })
})
