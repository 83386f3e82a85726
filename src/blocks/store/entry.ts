/**
 * How blocks lie in the store. A block is found by its digest alone, so that a CID of either
 * version and any codec finds the same bytes:
 *
 *     blocks 'b' digest -> 0 codec bytes            the block itself
 *     blocks 'b' digest -> 1 codec size (4 bytes)   its bytes are the file blocks/<shard>/<cid>
 *     blocks 'p' cid why -> 1                       a pin
 */
import { CID, cidOfDigest, codecs, concat, fromText } from '#base'
import { type KeyText, keyText, keyspace } from '#world'
import { CidUnsupported } from '../errors.js'

const sha256Code = 0x12
const digestBytes = 32
const known = new Set<number>(Object.values(codecs))

const inlineMark = 0
const fileMark = 1

export const blockPrefix = Uint8Array.of(keyspace.blocks, 0x62)
export const pinPrefix = Uint8Array.of(keyspace.blocks, 0x70)

/** Digest as a text, for sets and maps. */
export type DigestText = KeyText

export const digestText = keyText

/** @throws CidUnsupported where the CID's hash or codec is none that a node holds */
export function digestOf(cid: CID): Uint8Array {
  const { code, digest } = cid.multihash
  if (code !== sha256Code || digest.length !== digestBytes || !known.has(cid.code)) {
    throw new CidUnsupported(cid)
  }
  return digest
}

export function blockKey(digest: Uint8Array): Uint8Array {
  const key = new Uint8Array(blockPrefix.length + digestBytes)
  key.set(blockPrefix)
  key.set(digest, blockPrefix.length)
  return key
}

export const digestOfKey = (key: Uint8Array): Uint8Array => key.subarray(blockPrefix.length)

/** Where a block's bytes are. */
export type BlockEntry =
  | { readonly place: 'inline'; readonly codec: number; readonly bytes: Uint8Array }
  | { readonly place: 'file'; readonly codec: number; readonly size: number }

export const inlineEntry = (codec: number, bytes: Uint8Array): Uint8Array =>
  concat(Uint8Array.of(inlineMark, codec), bytes)

export function fileEntry(codec: number, size: number): Uint8Array {
  const value = Uint8Array.of(fileMark, codec, 0, 0, 0, 0)
  new DataView(value.buffer).setUint32(2, size)
  return value
}

export function readEntry(value: Uint8Array): BlockEntry {
  const codec = value[1]
  if (value[0] === inlineMark) return { place: 'inline', codec, bytes: value.subarray(2) }
  const view = new DataView(value.buffer, value.byteOffset, value.length)
  return { place: 'file', codec, size: view.getUint32(2) }
}

export const entrySize = (entry: BlockEntry): number =>
  entry.place === 'inline' ? entry.bytes.length : entry.size

export const fileFolder = 'blocks'

/** Name of the file of a large leaf; the last two characters spread evenly, the first do not. */
export function fileName(digest: Uint8Array): string {
  const name = cidOfDigest(codecs.raw, digest).toString()
  return `${fileFolder}/${name.slice(-2)}/${name}`
}

/** The digest in a name that `fileName` made; undefined for a file of another origin. */
export function digestOfFile(name: string): Uint8Array | undefined {
  try {
    return digestOf(CID.parse(name.slice(name.lastIndexOf('/') + 1)))
  } catch {
    return undefined
  }
}

export const pinKey = (cid: CID, why: string): Uint8Array =>
  concat(pinPrefix, cid.bytes, fromText(why))
