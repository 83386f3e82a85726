/** The groups of a branch as their rows hold them: page, seals, and what changed since. */
import { ByteReader, concat, encode, equal, u64 } from '#base'
import type { Entry, KeyValue } from '#world'
import { recordBytes } from '../account.js'
import { LedgerError } from '../errors.js'
import { type Prefix, parentOf } from '../prefix.js'
import { kinds, RowKeys } from './keys.js'
import { type Leaves, merge, sealBytes } from './leaves.js'
import { bodyOf, readPage, stamped, writeChanges, writePage } from './rows.js'
import type { Row } from './snapshots.js'

export interface StoredGroup {
  /** its name: the shortest prefix with at most 256 accounts below */
  readonly prefix: Prefix
  readonly leaves: Leaves
  /** pulses of its rows, that of the page first */
  readonly pulses: readonly bigint[]
}

/** How a group is called in messages. */
export const named = (group: Prefix): string => (group === '' ? 'the whole tree' : `group ${group}`)

export const missing = (group: Prefix, what: string): LedgerError =>
  new LedgerError('PAGE_MISSING', `${what} of ${named(group)} is not stored; fetch it again`)

export const damaged = (group: Prefix, what: string): LedgerError =>
  new LedgerError('PAGE_INVALID', `${what} of ${named(group)} is damaged; fetch it again`)

const row = (key: Uint8Array, body: Uint8Array): Row => ({ key, value: stamped(key, body) })

/** The rows of a group's page, written anew at a pulse. */
export function pageRows(keys: RowKeys, group: Prefix, pulse: bigint, leaves: Leaves): Row[] {
  const seals = concat(encode(u64, pulse), leaves.seals)
  return [row(keys.page(group, pulse), writePage(leaves)), row(keys.seal(group), seals)]
}

/** The row of what a pulse changed in a group. */
export const changeRow = (keys: RowKeys, group: Prefix, pulse: bigint, changed: Leaves): Row =>
  row(keys.page(group, pulse), writeChanges(changed))

/** Every group, ascending. @throws LedgerError PAGE_MISSING, PAGE_INVALID, naming the group */
export async function* storedGroups(
  keyValue: Pick<KeyValue, 'scan'>,
  keys: RowKeys,
): AsyncGenerator<StoredGroup> {
  let entries: Entry[] = []
  let group: Prefix | undefined
  let before: Prefix | undefined
  // Both as they are at one moment, whatever is written meanwhile.
  const groups = keyValue.scan(keys.all(kinds.page))
  const seals = keyValue.scan(keys.all(kinds.seal))
  const take = async (at: Prefix, after: Prefix | undefined): Promise<StoredGroup> => {
    checkSibling(at, keys.prefix, before, after)
    before = at
    const next = await seals.next()
    const seal = next.done === true ? undefined : next.value
    return assemble(keys, at, entries, seal)
  }
  try {
    for await (const entry of groups) {
      const next = keys.groupOf(entry[0])
      if (group !== undefined && next !== group) {
        yield await take(group, next)
        entries = []
      }
      group = next
      entries.push(entry)
    }
    if (group !== undefined) yield await take(group, undefined)
  } finally {
    await seals.return?.()
  }
}

/**
 * The accounts of a stored branch, group after group, as `streamRoot` takes them: records, hashes
 * and sums, without the cold table.
 * @param org id of the organization, 20 bytes
 * @throws LedgerError PAGE_MISSING, PAGE_INVALID, naming the group
 */
export async function* storedLeaves(
  keyValue: Pick<KeyValue, 'scan'>,
  org: Uint8Array,
  prefix: Prefix,
): AsyncGenerator<Leaves> {
  for await (const { leaves } of storedGroups(keyValue, new RowKeys(org, prefix))) yield leaves
}

/**
 * A group has a sibling: together they have more than 256 accounts, or they would be one group. The
 * sibling's accounts stand right before or right after.
 */
function checkSibling(
  group: Prefix,
  branch: Prefix,
  before: Prefix | undefined,
  after: Prefix | undefined,
): void {
  if (group === branch) return
  const isLeft = group.endsWith('0')
  const sibling = `${parentOf(group)}${isLeft ? 1 : 0}` as Prefix
  const neighbour = isLeft ? after : before
  if (neighbour?.startsWith(sibling) !== true) throw missing(sibling, 'the page')
}

/** @param entries rows of the group, newest first */
function assemble(
  keys: RowKeys,
  group: Prefix,
  entries: readonly Entry[],
  seal: Entry | undefined,
): StoredGroup {
  let leaves: Leaves | undefined
  const pulses: bigint[] = []
  for (let i = entries.length - 1; i >= 0; i--) {
    const [key, value] = entries[i]
    const body = bodyOf(key, value)
    if (body === undefined) throw damaged(group, 'the page')
    const pulse = keys.pulseOf(key)
    const page = readPage(body)
    pulses.push(pulse)
    if (page.kind === 'page') {
      const seals = sealsOf(keys, group, pulse, seal)
      if (leaves !== undefined || seals.length * recordBytes !== page.records.length * sealBytes) {
        throw damaged(group, 'the page')
      }
      leaves = { records: page.records, seals }
    } else {
      if (leaves === undefined) throw missing(group, 'the page')
      leaves = merge(leaves, page.changed)
    }
  }
  if (leaves === undefined) throw missing(group, 'the page')
  return { prefix: group, leaves, pulses }
}

function sealsOf(keys: RowKeys, group: Prefix, pulse: bigint, seal: Entry | undefined): Uint8Array {
  if (seal === undefined || !equal(seal[0], keys.seal(group))) throw missing(group, 'the page')
  const body = bodyOf(...seal)
  if (body === undefined || new ByteReader(body).u64() !== pulse) throw damaged(group, 'the page')
  return body.slice(8)
}
