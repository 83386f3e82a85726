/**
 * Content ids (CID version 1, SHA-256): the paper's content synopsis, readable by any IPFS tool.
 */
import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { sha256, sha256Aside } from '#digest'
import { equal } from './bytes.js'
import { BadInput } from './errors.js'

export { CID }

/** Codecs of the blocks that a node holds. */
export const codecs = { raw: 0x55, dagPb: 0x70, dagCbor: dagCbor.code } as const

const sha256Code = 0x12

/** Bytes of a CID of version 1 with a one-byte codec: version, codec, hash, length, digest. */
const cidBytes = 4 + 32
const poolBytes = 8 * 1024
let pool = new Uint8Array(new ArrayBuffer(poolBytes))
let poolAt = 0

/**
 * Room for one CID, cut from a larger array: the library asks small arrays for their buffers, and
 * an engine that must make one of its own for each spends more on it than on all the rest.
 */
function roomForCid(): Uint8Array {
  if (poolAt + cidBytes > poolBytes) {
    pool = new Uint8Array(new ArrayBuffer(poolBytes))
    poolAt = 0
  }
  poolAt += cidBytes
  return pool.subarray(poolAt - cidBytes, poolAt)
}

/** The CID of a block's bytes. @param codec one of `codecs` */
export const cidOf = (codec: number, bytes: Uint8Array): CID => cidOfDigest(codec, sha256(bytes))

/** The CID of an already known SHA-256 digest (32 bytes). */
export function cidOfDigest(codec: number, digest: Uint8Array): CID {
  if (codec >= 0x80 || digest.length !== 32) {
    return CID.createV1(codec, Digest.create(sha256Code, digest))
  }
  const bytes = roomForCid()
  bytes[0] = 1
  bytes[1] = codec
  bytes[2] = sha256Code
  bytes[3] = digest.length
  bytes.set(digest, 4)
  const multihash = new Digest.Digest(sha256Code, 32, bytes.subarray(4), bytes.subarray(2))
  return new CID(1, codec, multihash, bytes)
}

/**
 * Whether the bytes hash to the CID. Only SHA-256 CIDs (of either version) can be checked.
 * @returns false also for other hash functions: a block that cannot be checked is not taken.
 */
export function matchesCid(cid: CID, bytes: Uint8Array): boolean {
  return cid.multihash.code === sha256Code && equal(cid.multihash.digest, sha256(bytes))
}

/** As `matchesCid`, hashed on another thread: for large blocks. */
export async function matchesCidAside(cid: CID, bytes: Uint8Array): Promise<boolean> {
  return cid.multihash.code === sha256Code && equal(cid.multihash.digest, await sha256Aside(bytes))
}

/** Reads a CID text such as `bafy…` or `Qm…`. @throws BadInput */
export function parseCid(text: string): CID {
  try {
    return CID.parse(text)
  } catch {
    throw new BadInput(`"${text}" is no content id`, 'it looks like bafy… or Qm…', { text })
  }
}
