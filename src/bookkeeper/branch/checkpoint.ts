/** What a post writes when a pulse has included its branch (spec OL-1, G and I). */
import { decode } from '#base'
import {
  type Account,
  batchLayout,
  type Certificate,
  orderId,
  type Row,
  type Snapshots,
  transferId,
} from '#ledger'
import type { Effect } from '../actor.js'
import { sendCopies } from '../recovery/send-copies.js'
import type { BranchLedger } from './branch-ledger.js'
import type { Step } from './chain.js'
import {
  checkpointLayout,
  includedLayout,
  readBlock,
  readRow,
  removed,
  rowKeys,
  rowOf,
  type Taken,
} from './rows.js'
import { faultsOf, keyOf, type Seat } from './seat.js'

export interface CheckpointOptions {
  readonly seat: Seat
  readonly snapshots: Snapshots
  /** stands at the height that the pulse included */
  readonly ledger: BranchLedger
  /** blocks since the height that was included before */
  readonly steps: readonly Step[]
  readonly pulse: bigint
  /** whether accounts that have not changed must be noted too */
  readonly isBlank: boolean
  readonly certificate: Certificate | undefined
  readonly taken: readonly Taken[]
}

/** Every account of the branch, ascending. */
export const allAccounts = (ledger: BranchLedger): readonly Account[] =>
  [...ledger.tree.groups()].flatMap(({ accounts }) => accounts)

/** Accounts that blocks changed, each once, as they are after the last. */
function changedBy(steps: readonly Step[]): readonly Account[] {
  const changed = new Map<string, Account>()
  for (const { applied } of steps) {
    for (const account of applied.changed) changed.set(keyOf(account.id), account)
  }
  return [...changed.values()]
}

/** All rows of a pulse, to be written at once, and the copies for members. */
export function checkpointRows(options: CheckpointOptions): {
  readonly rows: readonly Row[]
  readonly effects: readonly Effect[]
} {
  const { seat, snapshots, ledger, steps, pulse, isBlank, certificate, taken } = options
  const changed = changedBy(steps)
  const accounts = isBlank ? allAccounts(ledger) : changed
  const { header, tree } = ledger
  const image = ledger.image()
  const { cycle } = header
  const from = header.height - BigInt(steps.length)
  const rows: Row[] = [
    ...snapshots.note({ pulse, accounts, stateRoot: header.stateRoot }),
    rowOf(rowKeys.included(pulse), includedLayout, { cycle, from, to: header.height }),
    ...dropOld(seat, pulse),
  ]
  if (certificate !== undefined) {
    const checkpoint = { pulse, header, certificate, image, taken }
    rows.push(rowOf(rowKeys.checkpoint, checkpointLayout, checkpoint), removed(rowKeys.learnt))
  }
  const { post, rules } = seat
  const secret = post.branchSecret(seat.prefix)
  if (secret === undefined || !isSender(seat, pulse)) return { rows, effects: [] }
  const { copies } = rules
  const effects = sendCopies({
    ...{ pulse, header, tree, changed, image, secret, copies },
    members: post.members(),
  })
  return { rows, effects }
}

/** Whether it is this seat's turn to send copies: f + 1 do so, others in every pulse. */
function isSender({ seat, members }: Seat, pulse: bigint): boolean {
  const n = members.length
  return (seat + n - Number(pulse % BigInt(n))) % n <= faultsOf(n)
}

/** Pulses whose blocks one event drops at most. */
const mostDropped = 8n

/** Pulses that are kept beyond that: blocks refer to pulses before their own. */
const pulsesKept = 600n

/** Blocks that were included more than `publicity` pulses ago. */
function dropOld({ post, rules }: Seat, pulse: bigint): readonly Row[] {
  const { rows: stored } = post.disk
  const unused = pulse - BigInt(rules.publicity) - pulsesKept
  const rows: Row[] = unused > 0n ? [removed(rowKeys.pulse(unused))] : []
  const last = pulse - BigInt(rules.publicity)
  for (let old = last - mostDropped; old <= last; old++) {
    if (old < 1n) continue
    const heights = readRow(stored, rowKeys.included(old), includedLayout)
    if (heights === undefined) continue
    rows.push(removed(rowKeys.included(old)))
    for (let height = heights.from + 1n; height <= heights.to; height++) {
      const { cycle } = heights
      const sealed = readBlock(stored, cycle, height)
      rows.push(removed(rowKeys.block(cycle, height)), removed(rowKeys.pulseOf(cycle, height)))
      if (sealed === undefined) continue
      for (const id of idsOf(sealed.block.body)) rows.push(removed(rowKeys.place(id)))
    }
  }
  return rows
}

function idsOf(body: Uint8Array): readonly Uint8Array[] {
  const { orders, transfers } = decode(batchLayout, body)
  return [
    ...orders.map((order) => orderId(order.body)),
    ...transfers.map((transfer) => transferId(transfer.body)),
  ]
}
