/** The branches in whose place one begins, and their states as others give them (OL-1, H 6). */
import { concat, decode, encode, equal, keyId, sha256 } from '#base'
import {
  accountTree,
  type Channel,
  channelLayout,
  entryStates,
  halves,
  type Header,
  headerLayout,
  parentOf,
  type Prefix,
  prefixLimit,
  type Table,
  type TableEntry,
} from '#ledger'
import type { NodeName } from '../actor.js'
import type { MessageOf } from '../messages.js'
import { accountListLayout } from './begin.js'
import type { BranchLedger, Inherited } from './branch-ledger.js'
import { branchLedger } from './branch-state.js'
import { hashOf } from './chain.js'
import { ChannelBook } from './channels.js'
import { entryFor, type KnownPulses } from './pulses.js'
import { faultsOf, keyOf, type Seat } from './seat.js'

/** Whether a branch that closes splits; otherwise it becomes one with its other half. */
function isSplit(seat: Seat, pulses: KnownPulses, entry: TableEntry): boolean {
  const { genesis } = seat.post
  const { splitAbove, cycle } = seat.rules
  const [left, right] = entry.prefix.length < prefixLimit ? halves(entry.prefix) : []
  if (left === undefined || right === undefined) return false
  if (genesis.seating.committee(left) === undefined) return false
  if (genesis.seating.committee(right) === undefined) return false
  // What it had when it was told to close decides, if that is still known here.
  const since = pulses.number - (pulses.number % BigInt(cycle))
  const told = pulses.at(since)
  const then = told === undefined ? undefined : entryFor(told.table, entry.prefix)
  const count = then?.state === entryStates.closing ? then.count : entry.count
  return count > splitAbove
}

/** The closed branches in whose place a branch is to begin; undefined where it is not its turn. */
export function predecessorsOf(seat: Seat, pulses: KnownPulses): readonly TableEntry[] | undefined {
  const { prefix } = seat
  const { table } = pulses.newest
  const closed = (branch: Prefix): TableEntry | undefined => {
    const entry = entryFor(table, branch)
    return entry?.state === entryStates.closed ? entry : undefined
  }
  const above = prefix === '' ? undefined : closed(parentOf(prefix))
  if (above !== undefined && isSplit(seat, pulses, above)) return [above]
  if (prefix.length >= prefixLimit) return undefined
  const below = halves(prefix).flatMap((half) => closed(half) ?? [])
  if (below.length < 2 || below.some((entry) => isSplit(seat, pulses, entry))) return undefined
  return below
}

/** The branches that take a closed one's place. */
export function successorsOf(
  seat: Seat,
  pulses: KnownPulses,
  entry: TableEntry,
): readonly Prefix[] {
  return isSplit(seat, pulses, entry) ? halves(entry.prefix) : [parentOf(entry.prefix)]
}

/** Whether what a state inherits is what the table knows of branches that are no more. */
function isInherited({ header, channels }: Inherited, table: Table): boolean {
  const entry = entryFor(table, header.prefix)
  const isOld = entry === undefined || entry.state !== entryStates.retired
  if (!isOld && !equal(entry.headerHash, hashOf(header))) return false
  return equal(ChannelBook.of(channels).root, header.channelRoot)
}

const inheritedHash = (inherited: readonly Inherited[]): Uint8Array =>
  sha256(
    concat(
      ...inherited.flatMap(({ header, channels }) => [
        encode(headerLayout, header),
        ...channels.map((channel: Channel) => encode(channelLayout, channel)),
      ]),
    ),
  )

interface Answers {
  ledger: BranchLedger
  readonly from: Set<NodeName>
}

/** Collects a closed branch's state until enough of its members give the same. */
export class Predecessor {
  readonly members: readonly NodeName[]
  readonly #answers = new Map<string, Answers>()

  constructor(
    readonly seat: Seat,
    readonly entry: TableEntry,
  ) {
    const { seating } = seat.post.genesis
    this.members = (seating.committee(entry.prefix)?.members ?? []).map((key) => keyId(key))
  }

  /** The branch's state, once one honest member at least has given it. */
  get ledger(): BranchLedger | undefined {
    const needed = faultsOf(this.members.length) + 1
    for (const { ledger, from } of this.#answers.values()) if (from.size >= needed) return ledger
    return undefined
  }

  take(from: NodeName, message: MessageOf<'state'>, table: Table): void {
    const { header } = message
    if (!this.members.includes(from) || !equal(hashOf(header), this.entry.headerHash)) return
    const ledger = this.#read(header, message)
    if (ledger === undefined) return
    if (!ledger.inherited.every((one) => isInherited(one, table))) return
    const name = keyOf(inheritedHash(ledger.inherited))
    for (const { from: others } of this.#answers.values()) others.delete(from)
    const same = this.#answers.get(name)
    if (same !== undefined) same.from.add(from)
    else if (this.#answers.size < 8) this.#answers.set(name, { ledger, from: new Set([from]) })
  }

  #read(header: Header, { accounts, image }: MessageOf<'state'>): BranchLedger | undefined {
    const { genesis, signatures } = this.seat.post
    const { prefix } = this.entry
    try {
      const tree = accountTree(prefix, decode(accountListLayout, accounts))
      return branchLedger({ seating: genesis.seating, prefix, signatures, tree, header, image })
    } catch {
      return undefined
    }
  }
}
