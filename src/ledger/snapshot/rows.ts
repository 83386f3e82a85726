/**
 * What the rows hold. Each begins with four bytes of the hash of its key and the rest, so that a
 * damaged or misplaced row is known by itself, before a whole branch does not hash to its root.
 */
import {
  bytesOf,
  ByteReader,
  ByteWriter,
  concat,
  type Layout,
  LayoutInvalid,
  sha256,
  u64,
} from '#base'
import { type Account, type AccountId, recordBytes } from '../account.js'
import { type Leaves, sealBytes } from './leaves.js'

const stampBytes = 4

/** A row's value: a stamp before the body. */
export function stamped(key: Uint8Array, body: Uint8Array): Uint8Array {
  const stamp = sha256(concat(key, body)).subarray(0, stampBytes)
  return concat(stamp, body)
}

/** The body of a row's value, a copy; undefined where it is damaged. */
export function bodyOf(key: Uint8Array, value: Uint8Array): Uint8Array | undefined {
  const body = value.slice(stampBytes)
  const stamp = sha256(concat(key, body))
  for (let i = 0; i < stampBytes; i++) if (stamp[i] !== value[i]) return undefined
  return body
}

/** An unsigned number of 64 bits, 7 bits a byte, low bits first; small ones are short. */
const compact: Layout<bigint> = {
  write(writer, value) {
    let left = value
    for (; left > 0x7fn; left >>= 7n) writer.u8(Number(left & 0x7fn) | 0x80)
    writer.u8(Number(left))
  },
  read(reader) {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = reader.u8()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
      if (shift > 56n) throw new LayoutInvalid('a number has more than 64 bits')
    }
  },
}

const marks = { ownKey: 1, votes: 2 } as const
const key32 = bytesOf(32)
const blind16 = bytesOf(16)

/** An account in short: what it shares with its first version, and zeros, are left out. */
export function writeVersion(account: Account, firstKey: Uint8Array): Uint8Array {
  const { amount, pulse, cold } = account
  const ownKey = cold.publicKey.some((byte, i) => byte !== firstKey[i])
  const votes = cold.votesRoot.some((byte) => byte !== 0)
  const writer = new ByteWriter(128)
  writer.u8((ownKey ? marks.ownKey : 0) | (votes ? marks.votes : 0))
  blind16.write(writer, cold.blind)
  for (const number of [amount, pulse, cold.nonce, cold.held, cold.bond, BigInt(cold.flags)]) {
    compact.write(writer, number)
  }
  if (ownKey) key32.write(writer, cold.publicKey)
  if (votes) key32.write(writer, cold.votesRoot)
  return writer.done()
}

/** @throws LayoutInvalid */
export function readVersion(id: AccountId, firstKey: Uint8Array, version: Uint8Array): Account {
  const reader = new ByteReader(version)
  const has = reader.u8()
  const blind = blind16.read(reader)
  const [amount, pulse, nonce, held, bond, flags] = Array.from({ length: 6 }, () =>
    compact.read(reader),
  )
  const publicKey = (has & marks.ownKey) === 0 ? firstKey : key32.read(reader)
  const votesRoot = (has & marks.votes) === 0 ? new Uint8Array(32) : key32.read(reader)
  if (reader.left > 0) throw new LayoutInvalid(`${reader.left} bytes follow an account`)
  const cold = { blind, publicKey, nonce, held, bond, votesRoot, flags: Number(flags) }
  return { id, amount, pulse, cold }
}

/** An account of the cold table. */
export interface Now {
  /** the pulse from which on it is as it is */
  readonly since: bigint
  /** the pulse of its first version */
  readonly born: bigint
  /** public key of its first version */
  readonly firstKey: Uint8Array
  readonly version: Uint8Array
}

export function writeNow({ since, born, firstKey, version }: Now): Uint8Array {
  const writer = new ByteWriter(160)
  u64.write(writer, since)
  u64.write(writer, born)
  key32.write(writer, firstKey)
  writer.raw(version)
  return writer.done()
}

/** @throws LayoutInvalid */
export function readNow(body: Uint8Array): Now {
  const reader = new ByteReader(body)
  const [since, born] = [u64.read(reader), u64.read(reader)]
  const firstKey = key32.read(reader)
  return { since, born, firstKey, version: reader.raw(reader.left) }
}

/** A row of a group: its page, with the seals elsewhere, or what changed since, with them. */
export type PageRow =
  | { readonly kind: 'page'; readonly records: Uint8Array }
  | { readonly kind: 'changes'; readonly changed: Leaves }

const pageKinds = { page: 1, changes: 2 } as const

export const writePage = ({ records }: Leaves): Uint8Array =>
  concat(Uint8Array.of(pageKinds.page), records)

export const writeChanges = ({ records, seals }: Leaves): Uint8Array =>
  concat(Uint8Array.of(pageKinds.changes), records, seals)

/** @throws LayoutInvalid */
export function readPage(body: Uint8Array): PageRow {
  const [kind] = body
  const each = kind === pageKinds.page ? recordBytes : recordBytes + sealBytes
  const count = (body.length - 1) / each
  if (!Number.isInteger(count) || (kind !== pageKinds.page && kind !== pageKinds.changes)) {
    throw new LayoutInvalid(`${body.length} bytes of kind ${kind} are no page`)
  }
  const records = body.slice(1, 1 + count * recordBytes)
  if (kind === pageKinds.page) return { kind: 'page', records }
  return { kind: 'changes', changed: { records, seals: body.slice(1 + count * recordBytes) } }
}
