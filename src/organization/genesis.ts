/** Pulse 0: what every bookkeeper begins with, computed from the charter and the first accounts. */
import {
  type Account,
  accountTree,
  covers,
  entryStates,
  forms,
  type Header,
  headerHash,
  listRoot,
  noRoot,
  type Prefix,
  type Table,
  tableEntryHash,
  totals,
  treeAbove,
  wholeTree,
  worth,
} from '#ledger'
import { type Seating } from './charter.js'
import { CharterInvalid } from './errors.js'

export interface Genesis {
  readonly seating: Seating
  readonly accounts: readonly Account[]
  /** opening headers of the first branches */
  readonly headers: ReadonlyMap<Prefix, Header>
  readonly table: Table
  /** pulse 0 */
  readonly root: Header
}

const blankHeader = (org: Uint8Array, prefix: Prefix): Header => ({
  form: forms.opening,
  org,
  prefix,
  cycle: 0,
  height: 0n,
  view: 0n,
  pulseSeen: 0n,
  time: 0n,
  prev: noRoot,
  stateRoot: noRoot,
  total: 0n,
  bondSum: 0n,
  count: 0,
  cumDebit: 0n,
  cumOut: 0n,
  cumIn: 0n,
  bodyRoot: noRoot,
  outboxRoot: noRoot,
  outboxSize: 0n,
  channelRoot: noRoot,
  cursorRoot: noRoot,
  dataRoot: noRoot,
  tallyRoot: noRoot,
  evidenceRoot: noRoot,
  committee: noRoot,
  nextCommittee: noRoot,
})

/** The opening header of a branch with these accounts. */
function openingOf({ charter, committee }: Seating, prefix: Prefix, accounts: readonly Account[]) {
  const tree = accountTree(
    prefix,
    accounts.filter(({ id }) => covers(prefix, id)),
  )
  const seats = committee(prefix)
  if (seats === undefined) throw new CharterInvalid(`branch "${prefix}" has no seats`)
  return {
    ...blankHeader(charter.org, prefix),
    stateRoot: tree.root(),
    total: tree.sums.total,
    bondSum: tree.sums.bond,
    count: tree.sums.count,
    committee: seats.hash,
    nextCommittee: seats.hash,
  }
}

/** The table entry of an open branch, as its header says. */
export const entryOf = (header: Header, settledDebit: bigint): Table[number] => ({
  prefix: header.prefix,
  state: entryStates.open,
  headerHash: headerHash(header),
  height: header.height,
  stateRoot: header.stateRoot,
  total: header.total,
  bondSum: header.bondSum,
  count: header.count,
  cumDebit: header.cumDebit,
  cumOut: header.cumOut,
  cumIn: header.cumIn,
  settledDebit,
  committee: header.committee,
})

/** The root's header fields that follow from its table. */
export function rootFields(table: Table) {
  const { hash, sums } = treeAbove(table)
  const { cumDebit, cumOut, cumIn } = totals(table)
  return {
    stateRoot: hash,
    total: sums.total,
    bondSum: sums.bond,
    count: sums.count,
    cumDebit,
    cumOut,
    cumIn,
    bodyRoot: listRoot(table.map(tableEntryHash)),
  }
}

/**
 * The beginning of an organization. @param accounts the first accounts; together worth the supply
 * @throws CharterInvalid where they are not
 */
export function genesisOf(seating: Seating, accounts: readonly Account[]): Genesis {
  const { charter } = seating
  const sum = accounts.reduce((total, account) => total + worth(account), 0n)
  if (sum !== charter.supply) {
    throw new CharterInvalid(`the first accounts hold ${sum}, the supply is ${charter.supply}`)
  }
  const headers = new Map(
    charter.branches.map((prefix) => [prefix, openingOf(seating, prefix, accounts)]),
  )
  const table = [...headers.values()]
    .map((header) => entryOf(header, 0n))
    .sort((a, b) => (a.prefix < b.prefix ? -1 : 1))
  const root: Header = {
    ...blankHeader(charter.org, wholeTree),
    ...rootFields(table),
    form: forms.root,
    committee: seating.root.hash,
    nextCommittee: seating.root.hash,
  }
  return { seating, accounts, headers, table, root }
}
