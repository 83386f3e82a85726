/** A small organization at one pulse, and all kinds of proofs about it, out of a seed. */
import { concat, encode, equal, fromText, sha256 } from '#base'
import type { Signatures } from '#identity'
import type { Account } from '../account.js'
import { type Entry, entryHash } from '../batch.js'
import {
  type Certificate,
  committeeOf,
  forms,
  type Header,
  headerHash,
  levels,
  noRoot,
  quorum,
  voteBodyLayout,
  votes,
} from '../header.js'
import { listProof, listRoot } from '../merkle-list.js'
import { covers, type Prefix, prefixLayout, toPrefix, wholeTree } from '../prefix.js'
import { channelHash, emptyChannel } from '../receipt.js'
import { entryStates, type Table, type TableEntry, tableEntryHash, treeAbove } from '../table.js'
import { type TransferBody, transferId } from '../transfer.js'
import type { AccountTree } from '../tree/account-tree.js'
import { randomAccount, randomBytes, type Randoms, randomsOf } from '../tree/sample.contract.js'
import { accountTree } from '../tree/tree.js'
import { proofMaker, transferProof } from './make.js'
import type { Proof, SealedPulse, TrustedOrganization } from './proofs.js'

/** Hashes in place of signatures: anybody could make them, but no chance change does. */
function mark(publicKey: Uint8Array, body: Uint8Array): Uint8Array {
  const half = sha256(concat(fromText('leither/ledger/vote/1'), publicKey, body))
  return concat(half, sha256(half))
}

export const cheapSignatures: Pick<Signatures, 'verify'> = {
  verify: (publicKey, _domain, body, signature) => equal(mark(publicKey, body), signature),
}

const emptyHeader = (org: Uint8Array, committee: Uint8Array): Header => ({
  form: forms.block,
  org,
  prefix: wholeTree,
  cycle: 3,
  height: 70n,
  view: 91n,
  pulseSeen: 41n,
  time: 1_760_000_000_000n,
  prev: sha256(fromText('before')),
  stateRoot: noRoot,
  total: 0n,
  bondSum: 0n,
  count: 0,
  cumDebit: 900n,
  cumOut: 800n,
  cumIn: 700n,
  bodyRoot: noRoot,
  outboxRoot: noRoot,
  outboxSize: 0n,
  channelRoot: noRoot,
  cursorRoot: noRoot,
  dataRoot: noRoot,
  tallyRoot: noRoot,
  evidenceRoot: noRoot,
  committee,
  nextCommittee: committee,
})

/** An organization whose branches are "0", "10" and "11"; the last is empty. */
export interface Sample {
  readonly trusted: TrustedOrganization
  readonly trees: readonly AccountTree[]
  readonly table: Table
  readonly pulse: SealedPulse
  readonly accounts: readonly Account[]
  readonly proofs: readonly Proof[]
  /** Has the root's committee make a header final. */
  seal(header: Header): SealedPulse
}

class Maker {
  readonly org: Uint8Array
  readonly members: readonly Uint8Array[]
  readonly committee

  constructor(
    readonly random: Randoms,
    members: number | readonly Uint8Array[],
    readonly sign: (seat: number, body: Uint8Array) => Uint8Array = (seat, body) =>
      mark(this.members[seat], body),
  ) {
    this.org = randomBytes(random, 20)
    this.members =
      typeof members === 'number'
        ? Array.from({ length: members }, () => randomBytes(random, 32))
        : members
    this.committee = committeeOf(this.members)
  }

  seal(header: Header): SealedPulse {
    const { cycle, view, prefix, org } = header
    const body = {
      ...{ org, level: levels.root, prefix, cycle, kind: votes.finalize, view },
      hash: headerHash(header),
    }
    const signed = encode(voteBodyLayout, body)
    const signers: Certificate['signers'] = this.members
      .slice(0, quorum(this.members.length))
      .map((_, seat) => ({ seat, signature: this.sign(seat, signed) }))
    return { header, certificate: { body, signers } }
  }

  header(tree: AccountTree, more: Partial<Header>): Header {
    const { total, bond, count } = tree.sums
    return {
      ...emptyHeader(this.org, this.committee.hash),
      ...{ prefix: tree.prefix, stateRoot: tree.root(), total, bondSum: bond, count },
      ...more,
    }
  }

  entry(header: Header): TableEntry {
    const { prefix, height, stateRoot, total, bondSum, count, cumDebit, cumOut, cumIn } = header
    const settledDebit = 5n
    return {
      ...{ prefix, state: entryStates.open, headerHash: headerHash(header), height, stateRoot },
      ...{ total, bondSum, count, cumDebit, cumOut, cumIn, settledDebit },
      committee: header.committee,
    }
  }

  pulse(table: Table, pulseSeen: bigint): SealedPulse {
    const { hash, sums } = treeAbove(table)
    return this.seal({
      ...emptyHeader(this.org, this.committee.hash),
      ...{ form: forms.root, pulseSeen, stateRoot: hash, view: 400n + pulseSeen },
      ...{ total: sums.total, bondSum: sums.bond, count: sums.count },
      bodyRoot: listRoot(table.map(tableEntryHash)),
    })
  }

  /** The first transfer goes from branch "0" to "10", the second stays in "0". */
  bodies(accounts: readonly Account[]): TransferBody[] {
    const [payer, near] = accounts.filter(({ id }) => covers(toPrefix('0'), id))
    const far = accounts.filter(({ id }) => covers(toPrefix('10'), id))[0]
    return [far, near].map((payee, i) => ({
      ...{ org: this.org, payer: payer.id, payee: payee.id, amount: 40n + BigInt(i), fee: 1n },
      ...{ nonce: 8n + BigInt(i), validUntil: 100n, memoHash: sha256(payee.id) },
      ...{ payerKey: payer.cold.publicKey, payeeKey: payee.cold.publicKey },
    }))
  }
}

const entryOf = (body: TransferBody, destination: Prefix, sequence: bigint): Entry => ({
  kind: 'transfer',
  transfer: transferId(body),
  destination: encode(prefixLayout, destination),
  sequence,
})

interface SampleOptions {
  /** accounts in all */
  readonly accounts?: number
  /** of the root's committee: how many, or their public keys */
  readonly members?: number | readonly Uint8Array[]
  /** how the member on a seat signs */
  readonly sign?: (seat: number, body: Uint8Array) => Uint8Array
}

/** The branches "0", "10" and "11", the last of them empty. */
function grow(random: Randoms, count: number): { accounts: Account[]; trees: AccountTree[] } {
  const some = Array.from({ length: count }, () => randomAccount(random))
  const accounts = some.filter(({ id }) => !covers(toPrefix('11'), id))
  const trees = ['0', '10', '11'].map((text) => {
    const prefix = toPrefix(text)
    return accountTree(
      prefix,
      accounts.filter(({ id }) => covers(prefix, id)),
    )
  })
  return { accounts, trees }
}

/** Two transfers debited in "0" at pulse 42; the first is credited in "10" at pulse 43. */
function transfers(maker: Maker, trees: readonly AccountTree[], bodies: readonly TransferBody[]) {
  const entries = [
    entryOf(bodies[0], trees[1].prefix, 6n),
    { kind: 'credit', receipt: sha256(fromText('receipt')) } as const,
    entryOf(bodies[1], trees[0].prefix, 0n),
  ]
  const hashes = entries.map(entryHash)
  const cursors = [
    { ...emptyChannel(trees[0].prefix, trees[1].prefix), sequence: 6n, cumulative: 240n },
    { ...emptyChannel(trees[2].prefix, trees[1].prefix), sequence: 1n, cumulative: 4n },
  ].map((cursor) => ({ ...cursor, head: randomBytes(maker.random, 32) }))
  const inCursors = cursors.map(channelHash)
  const first = maker.header(trees[0], { bodyRoot: listRoot(hashes) })
  const second = maker.header(trees[0], { height: 71n, view: 92n, prev: headerHash(first) })
  const before = maker.header(trees[1], { height: 69n, view: 90n })
  const header = maker.header(trees[1], { cursorRoot: listRoot(inCursors), pulseSeen: 41n })
  const [table, later] = [before, header].map((middle) =>
    [second, middle, maker.header(trees[2], {})].map((each) => maker.entry(each)),
  )
  const pulse = maker.pulse(table, 42n)
  const debitEntryProof = listProof(table.map(tableEntryHash), 0)
  const debit = { debitPulse: pulse, debitEntry: table[0], debitEntryProof }
  const credit = {
    ...{ pulse: maker.pulse(later, 43n), tableEntry: later[1], header, cursor: cursors[0] },
    tableEntryProof: listProof(later.map(tableEntryHash), 1),
    cursorProof: listProof(inCursors, 0),
  }
  const proofs = [0, 2].map((place, i) =>
    transferProof(bodies[i], {
      ...{ ...debit, debitHeaders: [first, second], entry: entries[place] },
      ...{ entryProof: listProof(hashes, place), credit: i === 0 ? [credit] : [] },
    }),
  )
  return { table, pulse, proofs }
}

/** An organization out of a seed. */
export function sampleOrganization(
  seed: number,
  { accounts: count = 1200, members = 4, sign }: SampleOptions = {},
): Sample {
  const random = randomsOf(seed)
  const maker = new Maker(random, members, sign)
  const { accounts, trees } = grow(random, count)
  const bodies = maker.bodies(accounts)
  const { table, pulse, proofs } = transfers(maker, trees, bodies)
  const makers = trees.map((tree) => proofMaker(tree, table, pulse))
  const absent = randomAccount(random).id
  absent[0] &= 0x7f
  const inEmpty = Uint8Array.from({ length: 20 }, () => 0xff)
  const trusted: TrustedOrganization = {
    org: maker.org,
    committee: (hash) => (equal(hash, maker.committee.hash) ? maker.members : undefined),
    acceptsUnreplicated: false,
  }
  return {
    ...{ trusted, trees, table, pulse, accounts },
    proofs: [
      makers[0].inclusion(bodies[0].payer),
      makers[1].inclusion(bodies[0].payee, true),
      makers[0].absence(absent),
      makers[2].absence(inEmpty),
      makers[0].groupSum(bodies[0].payer),
      ...proofs,
    ],
    seal: (header) => maker.seal(header),
  }
}
