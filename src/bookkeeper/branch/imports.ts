/**
 * Receipts of another branch: how a destination checks them and a source proves them (spec OL-1, E
 * and F). The way of the proof: a finalized pulse, its table, the source's entry, its header, the
 * channel in it, whose head is a chain of hashes over the receipts.
 */
import { equal } from '#base'
import {
  type Channel,
  channelHash,
  covers,
  type Digest,
  follows,
  type Header,
  headerHash,
  type Import,
  listProof,
  type ListProof,
  listRootOf,
  pair,
  type Prefix,
  type Receipt,
  receiptHash,
  receiptKinds,
  related,
  supplyLimit,
  tableEntryHash,
} from '#ledger'
import { ImportInvalid } from '../errors.js'
import type { KnownPulse } from './branch-ledger.js'
import { channelName, type ChannelBook } from './channels.js'
import type { Work } from './execute.js'

function demand(isSo: boolean, what: string): asserts isSo {
  if (!isSo) throw new ImportInvalid(what)
}

const leadsTo = (item: Digest, proof: ListProof, root: Digest): boolean => {
  const found = listRootOf(item, proof)
  return found !== undefined && equal(found, root)
}

/** Whether the pulse proves where the channel stands. @throws ImportInvalid */
export function checkChannel(given: Import, known: KnownPulse, org: Uint8Array): void {
  const { sourceHeader, entry, channel } = given
  const { header } = known.sealed
  demand(given.pulse === header.pulseSeen, 'the receipts are proven by another pulse')
  demand(equal(sourceHeader.org, org), 'the receipts are of another organization')
  demand(entry.prefix === sourceHeader.prefix, 'the entry is of another branch than the header')
  demand(equal(entry.headerHash, headerHash(sourceHeader)), 'the entry has another header')
  demand(
    leadsTo(tableEntryHash(entry), given.entryProof, header.bodyRoot),
    "the entry is not in the pulse's table",
  )
  demand(channel.source === sourceHeader.prefix, 'the channel is not of its source')
  demand(
    leadsTo(channelHash(channel), given.channelProof, sourceHeader.channelRoot),
    "the channel is not in the source's header",
  )
}

interface Run {
  /** the channel after the receipts */
  readonly taken: Channel
  /** hashes of the receipts */
  readonly hashes: readonly Digest[]
}

/** Whether the receipts go on from the cursor and end in the head. @throws ImportInvalid */
export function checkRun(
  { receipts, rest, channel }: Import,
  cursor: Channel,
  org: Uint8Array,
): Run {
  demand(receipts.length > 0, 'there is no receipt')
  const hashes: Digest[] = []
  let taken = cursor
  let { head } = cursor
  for (const receipt of receipts) {
    demand(follows(taken, receipt), `receipt ${receipt.sequence} does not follow`)
    demand(equal(receipt.org, org), 'a receipt is of another organization')
    demand(
      receipt.kind >= receiptKinds.credit && receipt.kind <= receiptKinds.fee,
      `there are no receipts of kind ${receipt.kind}`,
    )
    const hash = receiptHash(receipt)
    head = pair(head, hash)
    hashes.push(hash)
    taken = { ...cursor, sequence: receipt.sequence, cumulative: receipt.cumulative, head }
  }
  const end = rest.reduce((chain, hash) => pair(chain, hash), head)
  demand(equal(end, channel.head), "the receipts do not lead to the channel's head")
  demand(
    taken.sequence + BigInt(rest.length) === channel.sequence &&
      (rest.length > 0 || taken.cumulative === channel.cumulative) &&
      taken.cumulative <= channel.cumulative,
    'the channel ends elsewhere',
  )
  return { taken, hashes }
}

/** Whether a part of the branch has had this receipt before the parts became one. */
const isHad = ({ ahead }: ChannelBook, { source, destination, sequence, payee }: Receipt) =>
  ahead.some(
    ({ part, channel }) =>
      channel.source === source &&
      channel.destination === destination &&
      sequence <= channel.sequence &&
      covers(part, payee),
  )

/**
 * Takes receipts into the block: all or none.
 * @param known the pulse that the import names
 * @throws ImportInvalid; then nothing has changed
 */
export function takeImport(work: Work, given: Import, known: KnownPulse): void {
  const { prefix, cursors, parent } = work.footing
  const { source, destination } = given.channel
  demand(given.pulse <= work.pulse, 'the pulse is newer than the block')
  demand(source !== prefix, 'a branch takes nothing from itself')
  demand(related(destination, prefix), `the receipts are for "${destination}"`)
  const last = work.taken.at(-1)
  const isNext =
    last === undefined ||
    channelName(last.source, last.destination) < channelName(source, destination)
  demand(isNext, 'channels are out of order')
  checkChannel(given, known, parent.org)
  const { taken, hashes } = checkRun(given, cursors.get(source, destination), parent.org)
  const credited = given.receipts.map(
    (receipt) => covers(prefix, receipt.payee) && !isHad(cursors, receipt),
  )
  const sum = given.receipts.reduce(
    (total, { amount }, i) => (credited[i] ? total + amount : total),
    0n,
  )
  const held = parent.total + (work.cumIn - parent.cumIn) + sum
  demand(held < supplyLimit && work.cumIn + sum < supplyLimit, 'more comes than there is')
  given.receipts.forEach(({ kind, cause, payer, payee, amount }, i) => {
    if (!credited[i]) return
    work.cumIn += amount
    work.credited(hashes[i])
    work.pay(kind, cause, payer, payee, amount)
  })
  work.taken.push(taken)
}

/** Hashes that an import may have after its receipts. */
const mostRest = 65_536

/**
 * The import as far as it is new to the branch and there is room; undefined where nothing is left
 * of it. What is dropped at its end is proven by hashes instead.
 */
export function fitImport(given: Import, cursor: Channel, room: number): Import | undefined {
  const fresh = given.receipts.filter(({ sequence }) => sequence > cursor.sequence)
  const receipts = fresh.slice(0, room)
  const left = fresh.slice(room)
  if (receipts.length === 0 || left.length + given.rest.length > mostRest) return undefined
  return { ...given, receipts, rest: [...left.map(receiptHash), ...given.rest] }
}

/**
 * An import as its source makes it.
 *
 * @param known the pulse whose table has the source's header
 * @param header of the source, as in the table
 * @param proven the channel as the header commits to it
 * @param receipts the next ones of the channel for its destination
 * @param rest the channel's receipts after these
 * @returns undefined where the table has another header of the source
 */
export function makeImport(
  { sealed, table }: KnownPulse,
  header: Header,
  proven: { readonly channel: Channel; readonly proof: ListProof },
  receipts: readonly Receipt[],
  rest: readonly Receipt[],
): Import | undefined {
  const place = placeIn(table, header.prefix)
  if (place < 0 || !equal(table[place].headerHash, headerHash(header))) return undefined
  return {
    pulse: sealed.header.pulseSeen,
    sourceHeader: header,
    entry: table[place],
    entryProof: listProof(table.map(tableEntryHash), place),
    channel: proven.channel,
    channelProof: proven.proof,
    receipts,
    rest: rest.map(receiptHash),
  }
}

const placeIn = (table: KnownPulse['table'], prefix: Prefix): number =>
  table.findIndex((entry) => entry.prefix === prefix)
