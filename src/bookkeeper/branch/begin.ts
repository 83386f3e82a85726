/** Where a post goes on after a start: what its rows hold (spec OL-1, G and J). */
import { decode, encode, listOf } from '#base'
import {
  accountLayout,
  accountTree,
  covers,
  type Header,
  openSnapshots,
  type Row,
  type Snapshots,
} from '#ledger'
import type { BranchLedger } from './branch-ledger.js'
import { branchLedger } from './branch-state.js'
import { blankCertificate } from './blank-certificate.js'
import { allAccounts } from './checkpoint.js'
import type { LifeOptions } from './life.js'
import {
  checkpointLayout,
  type Learnt,
  learntLayout,
  readRow,
  rowKeys,
  type Taken,
} from './rows.js'
import type { Seat } from './seat.js'

/** Accounts of a branch at most: what a state message has room for. */
const mostAccounts = 1_863_000
export const accountListLayout = listOf(accountLayout, mostAccounts)

/** A life's beginning, as rows, the charter or another bookkeeper give it. */
export type Beginning = Pick<LifeOptions, 'ledger' | 'certificate' | 'taken' | 'isBlank' | 'pulse'>

/** The ledger of a state that was learnt. @throws where it does not hash to its header */
export function ledgerOf(seat: Seat, { header, accounts, image }: Omit<Learnt, 'certificate'>) {
  const { post, prefix } = seat
  const tree = accountTree(prefix, decode(accountListLayout, accounts))
  return branchLedger({
    seating: post.genesis.seating,
    prefix,
    signatures: post.signatures,
    tree,
    header,
    image,
    secret: post.branchSecret(prefix),
  })
}

/** Rows that keep what was learnt until a pulse has it. */
export const learntRow = (learnt: Learnt): Row => ({
  key: rowKeys.learnt,
  value: encode(learntLayout, learnt),
})

/** Rows from which a life that begins now goes on after a restart. */
export const beginningRow = ({ ledger, certificate }: Beginning): Row =>
  learntRow({
    header: ledger.header,
    certificate: certificate ?? blankCertificate(ledger.header),
    accounts: encode(accountListLayout, allAccounts(ledger)),
    image: ledger.image(),
  })

function atGenesis(seat: Seat, header: Header): BranchLedger {
  const { post, prefix } = seat
  const accounts = post.genesis.accounts.filter(({ id }) => covers(prefix, id))
  return branchLedger({
    seating: post.genesis.seating,
    prefix,
    signatures: post.signatures,
    tree: accountTree(prefix, accounts),
    header,
    secret: post.branchSecret(prefix),
  })
}

/** The snapshot store of the branch; an empty one where what is there cannot be read. */
export const snapshotsOf = ({ post, org, prefix }: Seat): Promise<Snapshots> =>
  openSnapshots(post.disk.rows, org, prefix)

/**
 * What a post finds at its start; undefined where its branch has not begun, or where rows that it
 * needs are damaged: then it has to learn.
 */
export async function beginningOf(
  seat: Seat,
  snapshots: Snapshots,
): Promise<Beginning | 'damaged' | undefined> {
  const { rows } = seat.post.disk
  const learnt = readRow(rows, rowKeys.learnt, learntLayout)
  const checkpoint = readRow(rows, rowKeys.checkpoint, checkpointLayout)
  try {
    if (learnt !== undefined) {
      const { certificate } = learnt
      const taken: readonly Taken[] = []
      const ledger = ledgerOf(seat, learnt)
      return { ledger, certificate, taken, isBlank: true, pulse: ledger.header.pulseSeen }
    }
    if (checkpoint !== undefined) {
      const { pulse, header, certificate, image, taken } = checkpoint
      const { genesis, signatures } = seat.post
      const ledger = branchLedger({
        seating: genesis.seating,
        prefix: seat.prefix,
        signatures,
        tree: await snapshots.restore(pulse),
        header,
        image,
        secret: seat.post.branchSecret(seat.prefix),
      })
      return { ledger, certificate, taken, isBlank: false, pulse }
    }
  } catch {
    return 'damaged'
  }
  const header = seat.post.genesis.headers.get(seat.prefix)
  if (header === undefined) return undefined
  const ledger = atGenesis(seat, header)
  return { ledger, certificate: undefined, taken: [], isBlank: true, pulse: 0n }
}
