/** A block that another bookkeeper made, executed rule by rule (spec OL-1, E step 2). */
import { decode, LeitherError } from '#base'
import { type Batch, batchLayout, entryStates, forms, type Header } from '#ledger'
import { BlockInvalid } from '../errors.js'
import type { Block } from '../messages.js'
import type { KnownPulse, Pulses, RefusalCode } from './branch-ledger.js'
import { isEmpty } from './choose-batch.js'
import type { Work } from './execute.js'
import { idOfOrder, obey } from './execute-orders.js'
import { carryOut, readTransfer } from './execute-transfers.js'
import { takeImport } from './imports.js'
import type { Frame } from './seal-block.js'

/** What is wrong with a block's frame on this parent, as the branch stands in the table. */
export function misfit(
  parent: Header,
  { form, view, time }: Frame,
  { sealed, table }: KnownPulse,
): string | undefined {
  const state = table.find(({ prefix }) => prefix === parent.prefix)?.state
  // Another closing block may make one final whose view was given up by half of the committee.
  if (parent.form === forms.closing && form !== forms.closing) {
    return 'nothing but its like follows a closing block'
  }
  if (view <= parent.view) return `view ${view} does not follow ${parent.view}`
  if (time < parent.time) return `time ${time} is before ${parent.time}`
  if (sealed.header.pulseSeen < parent.pulseSeen) return "its pulse is older than its parent's"
  if (form === forms.block) {
    return state === entryStates.open ? undefined : 'the branch is not open'
  }
  if (form !== forms.closing) return `a branch makes no block of form ${form}`
  return state === entryStates.closing ? undefined : 'the branch is not told to close'
}

function readBatch(body: Uint8Array): Batch {
  try {
    return decode(batchLayout, body)
  } catch (error) {
    if (!(error instanceof LeitherError)) throw error
    throw new BlockInvalid(`its body is no batch (${error.message})`)
  }
}

const entriesOf = ({ imports, orders, transfers }: Batch): number =>
  imports.reduce((sum, { receipts }) => sum + receipts.length, orders.length + transfers.length)

function demandPassed(code: RefusalCode | undefined): void {
  if (code !== undefined) throw new BlockInvalid(`it carries what is refused: ${code}`)
}

/**
 * Lays the block's entries on the work, in their order.
 * @returns undefined where a pulse that proves an import is not known
 * @throws BlockInvalid, ImportInvalid
 */
export function executeBlock(work: Work, { header, body }: Block, pulses: Pulses) {
  const batch = readBatch(body)
  if (header.form === forms.closing && !isEmpty(batch)) {
    throw new BlockInvalid('a closing block carries something')
  }
  const { mostEntries } = work.footing.seating.charter.rules
  if (entriesOf(batch) > mostEntries) throw new BlockInvalid(`more than ${mostEntries} entries`)
  for (const given of batch.imports) {
    if (given.pulse > header.pulseSeen) throw new BlockInvalid('it takes from a later pulse')
    const proof = pulses.at(given.pulse)
    if (proof === undefined) return undefined
    takeImport(work, given, proof)
  }
  for (const order of batch.orders) demandPassed(obey(work, order, idOfOrder(order)))
  for (const transfer of batch.transfers) demandPassed(carryOut(work, readTransfer(transfer)))
  work.payFees()
  return work
}
