/**
 * Ids of 20 bytes, shown as 27 characters (docs/internals/ids.md; the classic API's identity
 * section).
 *
 * With e = unpadded base64url of the 20 bytes (27 characters, the last with two zero low bits), the
 * text is `digit(value(e[26]) | tag) + e[1..25] + e[0]`: the ends are swapped and two bits say what
 * the id names.
 */
import { ripemd160, sha256 } from '#digest'
import { fromBase64, toBase64Url } from './bytes.js'
import { encodeCbor } from './cbor.js'
import { BadInput } from './errors.js'

declare const brand: unique symbol
/** Any 27-character id, such as `h3PPmr6HVHrmaV_WAbnEP6t3x87`. */
export type Id = string & { readonly [brand]: 'id' }
/** Id of a unit: tag 1 for file units, tag 2 for databases. */
export type Mid = Id & { readonly mid: true }
/** Id of a key: a user, a node or an organization. */
export type KeyId = Id & { readonly key: true }

export const idLength = 27
export const idTags = { content: 0, file: 1, database: 2, reserved: 3 } as const

/** The two key types: `sodium` ids carry tag 1, `sodiumv2` (the default) tag 2. */
export type KeyType = 'sodium' | 'sodiumv2'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The text of an id. @param tag 0 to 3 @param hash 20 bytes */
export function encodeId(tag: number, hash: Uint8Array): Id {
  if (hash.length !== 20) throw new BadInput(`an id has 20 bytes, not ${hash.length}`, 'shorten it')
  const e = toBase64Url(hash)
  return (alphabet[alphabet.indexOf(e[26]) | tag] + e.slice(1, 26) + e[0]) as Id
}

/** Whether a text is a well-formed id. */
export const isId = (text: string): text is Id => /^[A-Za-z0-9_-]{27}$/.test(text)

/** Tag and hash of an id's text. @throws BadInput */
export function decodeId(text: string): { tag: number; hash: Uint8Array } {
  if (!isId(text)) {
    throw new BadInput(
      `"${text.slice(0, 80)}" is no id`,
      'an id has 27 characters of A-Z a-z 0-9 - _',
    )
  }
  const first = alphabet.indexOf(text[0])
  const hash = fromBase64(text[26] + text.slice(1, 26) + alphabet[first & ~3])
  if (hash === undefined || hash.length !== 20)
    throw new BadInput(`"${text}" is no id`, 'copy it anew')
  return { tag: first & 3, hash }
}

/** The id of a public key (32 bytes). */
export const keyId = (publicKey: Uint8Array, type: KeyType = 'sodiumv2'): KeyId =>
  (type === 'sodium'
    ? encodeId(1, sha256(publicKey).subarray(0, 20))
    : encodeId(2, ripemd160(publicKey))) as KeyId

/** What a mid is made of: anyone can check that a mid belongs to its info (paper 4.1, 4.2). */
export interface MidSource {
  readonly author: string
  readonly app: string
  readonly ext: string
  readonly mark: string
  readonly kind: UnitKind
}

/** The two kinds of unit (paper 3.1). */
export type UnitKind = 'file' | 'database'

/** The mid of a unit: the same on every node, for ever. */
export function midOf({ author, app, ext, mark, kind }: MidSource): Mid {
  const tag = idTags[kind]
  const digest = sha256(encodeCbor([author, app, ext, mark, tag]))
  return encodeId(tag, digest.subarray(0, 20)) as Mid
}

/** The kind that a mid's tag names. @throws BadInput where the id is no mid */
export function kindOfMid(mid: string): UnitKind {
  const { tag } = decodeId(mid)
  if (tag === idTags.file) return 'file'
  if (tag === idTags.database) return 'database'
  throw new BadInput(`"${mid}" names no unit`, 'a mid is what `leither mimei create` prints', {
    mid,
  })
}

/** An id as a host name label (base 36, lower case): one web origin per id. */
export function idToLabel(id: Id): string {
  const { tag, hash } = decodeId(id)
  let number = BigInt(tag + 4)
  for (const byte of hash) number = (number << 8n) | BigInt(byte)
  return number.toString(36)
}

/** The id of a host name label; undefined where it is none. */
export function labelToId(label: string): Id | undefined {
  if (!/^[0-9a-z]{31,33}$/.test(label)) return undefined
  let number = 0n
  for (const char of label) number = number * 36n + BigInt(parseInt(char, 36))
  const hash = new Uint8Array(20)
  for (let i = 19; i >= 0; i--) {
    hash[i] = Number(number & 0xffn)
    number >>= 8n
  }
  if (number < 4n || number > 7n) return undefined
  return encodeId(Number(number) - 4, hash)
}
