/**
 * Content ids (CID version 1, SHA-256): the paper's content synopsis, readable by any IPFS tool.
 */
import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { sha256 } from '#digest'
import { BadInput } from './errors.js'

export { CID }

/** Codecs of the blocks that a node holds. */
export const codecs = { raw: 0x55, dagPb: 0x70, dagCbor: dagCbor.code } as const

const sha256Code = 0x12

/** The CID of a block's bytes. @param codec one of `codecs` */
export const cidOf = (codec: number, bytes: Uint8Array): CID =>
  CID.createV1(codec, Digest.create(sha256Code, sha256(bytes)))

/** The CID of an already known SHA-256 digest (32 bytes). */
export const cidOfDigest = (codec: number, digest: Uint8Array): CID =>
  CID.createV1(codec, Digest.create(sha256Code, digest))

/**
 * Whether the bytes hash to the CID. Only SHA-256 CIDs (of either version) can be checked.
 * @returns false also for other hash functions: a block that cannot be checked is not taken.
 */
export function matchesCid(cid: CID, bytes: Uint8Array): boolean {
  if (cid.multihash.code !== sha256Code) return false
  const digest = sha256(bytes)
  const expected = cid.multihash.digest
  if (expected.length !== digest.length) return false
  return digest.every((byte, i) => byte === expected[i])
}

/** Reads a CID text such as `bafy…` or `Qm…`. @throws BadInput */
export function parseCid(text: string): CID {
  try {
    return CID.parse(text)
  } catch {
    throw new BadInput(`"${text}" is no content id`, 'it looks like bafy… or Qm…', { text })
  }
}
