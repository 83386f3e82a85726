/**
 * Copies that members hold of their neighbours' pages (spec OL-1, J; paper 6.3, redundant backup).
 * They are closed: a neighbour guards what it cannot read. Since accounts are never removed, any
 * set of copies adds up: of each account the newest one counts, and the branch's synopsis in a
 * finalized pulse says whether all are there.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import {
  blobOf,
  concat,
  decode,
  decodeId,
  encode,
  equal,
  fromText,
  listOf,
  sha256,
  struct,
  toHex,
  u64,
  type ValueOf,
} from '#base'
import {
  type Account,
  accountLayout,
  type AccountTree,
  accountTree,
  headerLayout,
  type Prefix,
  prefixLayout,
} from '#ledger'
import type { NodeName } from '../actor.js'
import { bodyLimit } from '../messages.js'

/** A group's page as of a pulse, with what a bookkeeper needs beside accounts to go on from it. */
const copyLayout = struct({
  group: prefixLayout,
  pulse: u64,
  /** the branch's header in that pulse */
  header: headerLayout,
  accounts: listOf(accountLayout, 65_536),
  /** see BranchLedger.image */
  image: blobOf(bodyLimit),
})
export type Copy = ValueOf<typeof copyLayout>

const keys = new WeakMap<Uint8Array, Uint8Array>()

/** Derived once for each secret that is in use. */
function keyOf(secret: Uint8Array): Uint8Array {
  let key = keys.get(secret)
  if (key === undefined) {
    const derived = hkdfSync('sha256', secret, new Uint8Array(0), 'leither/ledger/copy/1', 32)
    key = new Uint8Array(derived)
    keys.set(secret, key)
  }
  return key
}

/** Never twice with other content: a group has one page in a pulse. */
const ivOf = ({ group, pulse }: Pick<Copy, 'group' | 'pulse'>): Uint8Array =>
  sha256(fromText(`${group} ${pulse}`)).slice(0, 12)

/** @param secret of the branch, 32 bytes */
export function closeCopy(secret: Uint8Array, copy: Copy): Uint8Array {
  const iv = ivOf(copy)
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret), iv)
  const closed = cipher.update(encode(copyLayout, copy))
  return concat(iv, closed, cipher.final(), cipher.getAuthTag())
}

/** The copy that was closed with the same secret; undefined where it was not, or was changed. */
export function openCopy(secret: Uint8Array, closed: Uint8Array): Copy | undefined {
  if (closed.length < 28) return undefined
  try {
    const decipher = createDecipheriv('aes-256-gcm', keyOf(secret), closed.subarray(0, 12))
    decipher.setAuthTag(closed.subarray(closed.length - 16))
    const open = decipher.update(closed.subarray(12, closed.length - 16))
    return decode(copyLayout, new Uint8Array(Buffer.concat([open, decipher.final()])))
  } catch {
    return undefined
  }
}

const sharedBits = (group: Prefix, id: Uint8Array): number => {
  for (let i = 0; i < group.length; i++) {
    if (((id[i >> 3] >> (7 - (i & 7))) & 1) !== group.charCodeAt(i) - 48) return i
  }
  return group.length
}

/**
 * The members that guard a group: those nearest to it in the tree, ties in the order that the
 * group's own hash gives, so that not the same few guard everything.
 * @param copies how many (the charter's `copies`)
 */
export function neighbours(
  group: Prefix,
  members: readonly NodeName[],
  copies: number,
): readonly NodeName[] {
  const ranked = members.map((name) => {
    const { hash } = decodeId(name)
    const tie = toHex(sha256(concat(fromText(group), hash)))
    return { name, near: sharedBits(group, hash), tie }
  })
  ranked.sort((a, b) => b.near - a.near || (a.tie < b.tie ? -1 : 1))
  return ranked.slice(0, copies).map(({ name }) => name)
}

/** An opened copy, and the bookkeeper that made it. */
export interface FoundCopy {
  /** 20 bytes, as text */
  readonly from: string
  readonly copy: Copy
}

/** What a set of copies adds up to. */
export type Rebuilt =
  | { readonly tree: AccountTree; readonly copy: Copy }
  /** for people: what is missing */
  | { readonly missing: string }

/** Every way to leave out at most `most` of the names, fewest first. */
function* leavingOut(names: readonly string[], most: number): Generator<ReadonlySet<string>> {
  yield new Set()
  for (let i = 0; most > 0 && i < names.length; i++) {
    for (const rest of leavingOut(names.slice(i + 1), most - 1)) yield new Set([names[i], ...rest])
  }
}

/**
 * The branch as of the block that a pulse's table names. A bookkeeper that made false copies is
 * found by leaving out each in turn: the synopsis in the table decides.
 * @param sealed entry of the table @param liars bookkeepers that may lie (f)
 */
export function rebuild(
  prefix: Prefix,
  found: readonly FoundCopy[],
  sealed: { readonly stateRoot: Uint8Array; readonly height: bigint },
  liars: number,
): Rebuilt {
  const ours = found
    .filter(({ copy }) => copy.header.prefix === prefix && copy.header.height <= sealed.height)
    .sort((a, b) => (a.copy.pulse < b.copy.pulse ? -1 : 1))
  const makers = [...new Set(ours.map(({ from }) => from))].sort()
  for (const left of leavingOut(makers, liars)) {
    const copies = ours.filter(({ from }) => !left.has(from)).map(({ copy }) => copy)
    const newest = copies.at(-1)
    const tree = accountTree(prefix, unionOf(copies))
    if (newest?.header.height === sealed.height && equal(tree.root(), sealed.stateRoot)) {
      return { tree, copy: newest }
    }
  }
  const groups = new Set(ours.map(({ copy }) => copy.group)).size
  return {
    missing:
      `branch "${prefix}" cannot be rebuilt at height ${sealed.height} from ${ours.length} copies` +
      ` of ${groups} groups, the newest of height ${ours.at(-1)?.copy.header.height ?? 'none'};` +
      ' pages are missing',
  }
}

/** Of each account the newest copy's. @param copies oldest first */
function unionOf(copies: readonly Copy[]): Iterable<Account> {
  const accounts = new Map<string, Account>()
  for (const copy of copies) {
    for (const account of copy.accounts) accounts.set(toHex(account.id), account)
  }
  return accounts.values()
}
