/**
 * How a branch begins in place of others (spec OL-1, H 6): with half of the accounts of one, or
 * with all of two. Every bookkeeper figures the same header from the closing ones.
 */
import { concat, emptyBytes, sha256 } from '#base'
import type { Signatures } from '#identity'
import {
  type Account,
  type AccountTree,
  accountTree,
  type Channel,
  covers,
  type Digest,
  emptyChannel,
  emptyMmr,
  forms,
  type Header,
  halves,
  headerHash,
  noRoot,
  parentOf,
  type Prefix,
  related,
} from '#ledger'
import type { Seating } from '#organization'
import { LedgerStuck } from '../errors.js'
import type { BranchLedger } from './branch-ledger.js'
import { branchLedger } from './branch-state.js'
import { type Ahead, channelName, ChannelBook } from './channels.js'
import { KeptReceipts } from './channels-kept.js'
import { DataKeys } from './closed-data.js'
import { decodeImage, encodeImage, type Image } from './image.js'
import { firstId } from './page-turn.js'
import { rootsOf, seatsOf } from './seal-block.js'

export interface OpeningOptions {
  readonly seating: Seating
  /** the branch that opens: a half of the one predecessor, or what both together are */
  readonly prefix: Prefix
  readonly signatures: Pick<Signatures, 'verify'>
  /** ledgers that stand at their closing headers; they are only read */
  readonly predecessors: readonly BranchLedger[]
  /** of the branch that opens */
  readonly secret?: Uint8Array
}

/** `prev` of an opening header: hash over the closing headers' hashes, in the order of prefixes. */
export const openingPrev = (closing: readonly Header[]): Digest =>
  sha256(concat(...inOrder(closing, (header) => header.prefix).map(headerHash)))

const inOrder = <T>(items: readonly T[], name: (item: T) => string): readonly T[] =>
  items.toSorted((a, b) => (name(a) < name(b) ? -1 : 1))

interface Predecessor {
  readonly ledger: BranchLedger
  readonly image: Image
}

const nameOf = ({ source, destination }: Channel): string => channelName(source, destination)

/** How far one predecessor has taken a channel: what the branch gets of it, and parts of that. */
function takenBy({ ledger, image }: Predecessor, prefix: Prefix, channel: Channel) {
  const region = prefix.startsWith(ledger.prefix) ? prefix : ledger.prefix
  const whole = image.cursors.map((cursor) => ({ part: ledger.prefix, channel: cursor }))
  const parts = [...whole, ...image.ahead].filter((a) => nameOf(a.channel) === nameOf(channel))
  const around = parts.filter(({ part }) => region.startsWith(part))
  const inside = parts.filter(({ part }) => part.startsWith(region) && part !== region)
  const none = emptyChannel(channel.source, channel.destination)
  const all = around.reduce(
    (most, a) => (a.channel.sequence > most.sequence ? a.channel : most),
    none,
  )
  return { region, all, inside }
}

/**
 * The cursors of the branch that opens: of each channel as far as all of the branch has taken it,
 * and which parts of the branch are ahead of that.
 */
function cursorsFor(prefix: Prefix, predecessors: readonly Predecessor[]): ChannelBook {
  const named = predecessors.flatMap(({ image }) => [
    ...image.cursors,
    ...image.ahead.map(({ channel }) => channel),
  ])
  const channels: Channel[] = []
  const ahead: Ahead[] = []
  for (const channel of new Map(named.map((one) => [nameOf(one), one])).values()) {
    const taken = predecessors
      .map((predecessor) => takenBy(predecessor, prefix, channel))
      .filter(({ region }) => related(channel.destination, region))
    if (taken.length === 0) continue
    const least = taken.map(({ all }) => all).reduce((a, b) => (b.sequence < a.sequence ? b : a))
    if (least.sequence > 0n) channels.push(least)
    const parts = taken.flatMap(({ region, all, inside }) => [
      { part: region, channel: all },
      ...inside,
    ])
    ahead.push(...parts.filter((part) => part.channel.sequence > least.sequence))
  }
  return ChannelBook.of(channels, ahead)
}

/** Channels of branches that are no more, each as its last closing header has them. */
function outgoingOf(predecessors: readonly Predecessor[]): Map<Prefix, Image['inherited'][number]> {
  const all = predecessors.flatMap(({ ledger, image }) => [
    { header: ledger.header, channels: image.channels, kept: image.kept },
    ...image.inherited,
  ])
  const found = new Map<Prefix, Image['inherited'][number]>()
  for (const given of all) {
    const other = found.get(given.header.prefix)
    if (other === undefined || other.header.cycle < given.header.cycle) {
      found.set(given.header.prefix, given)
    } else if (other.header.cycle === given.header.cycle) {
      const kept = KeptReceipts.of(other.kept, other.channels)
      kept.join(KeptReceipts.of(given.kept, given.channels))
      found.set(given.header.prefix, { ...other, kept: kept.all })
    }
  }
  return found
}

function check(prefix: Prefix, predecessors: readonly BranchLedger[]): void {
  const open = predecessors.find(({ header }) => header.form !== forms.closing)
  if (open !== undefined) throw new LedgerStuck(`branch "${open.prefix}" has not closed`)
  const names = predecessors.map((ledger) => ledger.prefix).toSorted()
  const isHalf = prefix !== '' && names.length === 1 && names[0] === parentOf(prefix)
  const isBoth = names.length === 2 && names.every((name, i) => name === halves(prefix)[i])
  if (!isHalf && !isBoth) {
    throw new LedgerStuck(`"${prefix}" does not follow from ${JSON.stringify(names)}`)
  }
}

function* accountsOf(ledgers: readonly BranchLedger[], prefix: Prefix): Iterable<Account> {
  for (const { tree } of ledgers) {
    for (const { accounts } of tree.groups()) {
      for (const account of accounts) if (covers(prefix, account.id)) yield account
    }
  }
}

const greatest = <T extends bigint | number>(values: readonly T[]): T =>
  values.reduce((a, b) => (b > a ? b : a))

/** What a branch that was there before has moved so far: the root counts it with the new life's. */
const flowsOf = (before: Header | undefined) => ({
  cumDebit: before?.cumDebit ?? 0n,
  cumOut: before?.cumOut ?? 0n,
  cumIn: before?.cumIn ?? 0n,
})

/**
 * The ledger of a branch that begins in place of others, standing at its opening header (height 0).
 * Receipts that are still to be delivered come along as `inherited`; a branch that was there before
 * goes on with the channels that it had.
 * @throws LedgerStuck where the predecessors have not closed or are not those of the branch
 */
export function openingLedger(options: OpeningOptions): BranchLedger {
  const { seating, prefix, signatures, secret } = options
  const ledgers = inOrder(options.predecessors, (ledger) => ledger.prefix)
  check(prefix, ledgers)
  const predecessors = ledgers.map((ledger) => ({ ledger, image: decodeImage(ledger.image()) }))
  const tree = accountTree(prefix, accountsOf(ledgers, prefix))
  const inherited = outgoingOf(predecessors)
  const own = inherited.get(prefix)
  inherited.delete(prefix)
  const cursors = cursorsFor(prefix, predecessors)
  const parts: Image = {
    channels: own?.channels ?? [],
    cursors: cursors.list,
    ahead: cursors.ahead,
    outbox: emptyMmr,
    pageFrom: firstId(prefix),
    kept: own?.kept ?? [],
    inherited: [...inOrder([...inherited.values()], ({ header }) => header.prefix)],
  }
  const data = secret === undefined ? emptyBytes : closed(new DataKeys(secret, prefix), tree, parts)
  const books = { channels: ChannelBook.of(parts.channels), cursors, outbox: emptyMmr }
  const closing = ledgers.map(({ header }) => header)
  const { total, bond, count } = tree.sums
  const header: Header = {
    form: forms.opening,
    org: seating.charter.org,
    prefix,
    cycle: greatest(closing.map(({ cycle }) => cycle)) + 1,
    height: 0n,
    view: 0n,
    pulseSeen: greatest(closing.map(({ pulseSeen }) => pulseSeen)),
    time: greatest(closing.map(({ time }) => time)),
    prev: openingPrev(closing),
    stateRoot: tree.root(),
    total,
    bondSum: bond,
    count,
    ...flowsOf(own?.header),
    bodyRoot: noRoot,
    ...rootsOf(books),
    dataRoot: data.length === 0 ? noRoot : sha256(data),
    tallyRoot: noRoot,
    evidenceRoot: noRoot,
    ...seatsOf(seating, prefix),
  }
  const image = encodeImage(parts)
  return branchLedger({ seating, prefix, signatures, tree, header, image, secret, data })
}

/** What keepers of the new branch begin with: all of it. */
function closed(keys: DataKeys, tree: AccountTree, parts: Image): Uint8Array {
  const changed = [...tree.groups()].flatMap(({ accounts }) => accounts)
  const inherited = parts.inherited.map((given) => ({ ...given, kept: [] }))
  const image = encodeImage({ ...parts, kept: [], inherited })
  return keys.seal({ prefix: keys.prefix, height: 0n, view: 0n }, { changed, page: [], image })
}
