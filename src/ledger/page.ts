/**
 * A page: the records of one group in exactly 10,240 bytes (paper V: a header of 1,024 bytes and
 * 256 records of 36). The cold parts of its accounts lie apart; a page alone shows amounts only.
 *
 *   header   magic "LPG1", prefix 9, pulse 8, count 4, total 8, bond 8, root 32, digest 32, zeros
 *   records  id 20, amount 8, pulse 8; ascending by id; what follows the last one is zero
 *
 * `root` is the group's hash as the tree has it, for who has the cold parts; `digest` is SHA-256 of
 * the whole page with zeros in its own place, and finds a damaged disk without them.
 */
import {
  ByteReader,
  ByteWriter,
  bytesOf,
  compare,
  equal,
  fromText,
  LeitherError,
  sha256,
  struct,
  u32,
  u64,
} from '#base'
import { type AccountRecord, recordBytes, recordLayout } from './account.js'
import type { Sums } from './amount.js'
import { LedgerError } from './errors.js'
import { noRoot } from './header.js'
import { covers, type Prefix, prefixLayout, prefixLimit } from './prefix.js'
import type { Digest } from './synopsis.js'
import { type Group, groupLimit } from './tree/account-tree.js'
import { accountTree } from './tree/tree.js'

export const pageHeaderBytes = 1024
/** 1,024 and 256 times 36. */
export const pageBytes = pageHeaderBytes + groupLimit * recordBytes

/** One group at a pulse, without what its accounts keep closed. */
export interface Page {
  readonly prefix: Prefix
  /** the newest pulse that is in it */
  readonly pulse: bigint
  readonly sums: Sums
  /** the group's hash in the tree */
  readonly root: Digest
  /** ascending by id, 1 to 256 */
  readonly records: readonly AccountRecord[]
}

const magic = fromText('LPG1')

const headerLayout = struct({
  magic: bytesOf(4),
  prefix: prefixLayout,
  pulse: u64,
  count: u32,
  total: u64,
  bond: u64,
  root: bytesOf(32),
  digest: bytesOf(32),
})

/** Where the digest stands: behind all other fields. */
const digestAt = 4 + 9 + 8 + 4 + 8 + 8 + 32

function digestOf(page: Uint8Array): Digest {
  const bytes = page.slice()
  bytes.fill(0, digestAt, digestAt + 32)
  return sha256(bytes)
}

const invalid = (why: string): LedgerError => new LedgerError('PAGE_INVALID', `a page ${why}`)

/** The page of a group. @param pulse the newest pulse that is in it */
export function pageOf({ prefix, accounts }: Group, pulse: bigint): Page {
  const tree = accountTree(prefix, accounts)
  const records = accounts.map(({ id, amount, pulse: changed }) => ({ id, amount, pulse: changed }))
  return { prefix, pulse, sums: tree.sums, root: tree.root(), records }
}

/** @throws LedgerError PAGE_INVALID */
function checkPage({ prefix, sums, records }: Page): void {
  if (records.length === 0 || records.length > groupLimit) {
    throw invalid(`of ${records.length} records is none of a group`)
  }
  if (sums.count !== records.length) throw invalid(`counts ${sums.count} of ${records.length}`)
  let open = 0n
  for (const [i, { id, amount }] of records.entries()) {
    if (!covers(prefix, id)) throw invalid(`of group "${prefix}" has an account of another`)
    if (i > 0 && compare(records[i - 1].id, id) >= 0) throw invalid('is out of order')
    open += amount
  }
  // What is held and pledged is in the cold parts, and can only add to it.
  if (open + sums.bond > sums.total) throw invalid(`holds ${open} where its sum is ${sums.total}`)
}

/** 10,240 bytes. @throws LedgerError PAGE_INVALID where the page is none */
export function encodePage(page: Page): Uint8Array {
  checkPage(page)
  const { prefix, pulse, sums, root, records } = page
  if (prefix.length > prefixLimit) throw invalid(`has a prefix of ${prefix.length} bits`)
  const bytes = new Uint8Array(pageBytes)
  const body = new ByteWriter(groupLimit * recordBytes)
  for (const record of records) recordLayout.write(body, record)
  bytes.set(body.done(), pageHeaderBytes)
  const header = new ByteWriter(pageHeaderBytes)
  headerLayout.write(header, { magic, prefix, pulse, ...sums, root, digest: noRoot })
  bytes.set(header.done())
  bytes.set(digestOf(bytes), digestAt)
  return bytes
}

const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0)

/** @throws LedgerError PAGE_INVALID where the bytes are not those of a page */
export function decodePage(bytes: Uint8Array): Page {
  if (bytes.length !== pageBytes) throw invalid(`of ${bytes.length} bytes is none`)
  const reader = new ByteReader(bytes.subarray(0, pageHeaderBytes))
  let header
  try {
    header = headerLayout.read(reader)
  } catch (error) {
    if (error instanceof LeitherError) throw invalid(`has a broken header: ${error.message}`)
    throw error
  }
  if (!equal(header.magic, magic)) throw invalid('does not begin as one')
  if (!isZero(reader.raw(reader.left))) throw invalid('has bytes in the free room of its header')
  const body = bytes.subarray(pageHeaderBytes)
  if (!equal(digestOf(bytes), header.digest)) throw invalid('is damaged')
  const { prefix, pulse, count, total, bond, root } = header
  if (count > groupLimit) throw invalid(`of ${count} records is none of a group`)
  if (!isZero(body.subarray(count * recordBytes))) throw invalid('has bytes after its records')
  const each = new ByteReader(body)
  const records = Array.from({ length: count }, () => recordLayout.read(each))
  const page: Page = { prefix, pulse, sums: { total, bond, count }, root, records }
  checkPage(page)
  return page
}
