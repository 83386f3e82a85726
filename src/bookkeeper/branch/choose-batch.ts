/** What a leader takes of its candidates (spec OL-1, E step 1). */
import { LeitherError } from '#base'
import type { Batch, Import, Order, Transfer } from '#ledger'
import { BlockInvalid } from '../errors.js'
import type { Candidates, Pulses, Refusal } from './branch-ledger.js'
import { channelName } from './channels.js'
import type { Work } from './execute.js'
import { idOfOrder, obey } from './execute-orders.js'
import { carryOut, readTransfer } from './execute-transfers.js'
import { fitImport, takeImport } from './imports.js'
import { refusal } from './refusals.js'

export const isEmpty = ({ imports, orders, transfers }: Batch): boolean =>
  imports.length + orders.length + transfers.length === 0

const nameOf = ({ channel }: Import): string => channelName(channel.source, channel.destination)

/** By channel, and of one channel the import that leads farthest first. */
function inOrder(a: Import, b: Import): number {
  const [left, right] = [nameOf(a), nameOf(b)]
  if (left !== right) return left < right ? -1 : 1
  const [near, far] = [a.receipts.at(-1)?.sequence ?? 0n, b.receipts.at(-1)?.sequence ?? 0n]
  return near === far ? 0 : near > far ? -1 : 1
}

/** Tries the imports; of each channel the first that is right goes in. */
function chooseImports(work: Work, given: readonly Import[], pulses: Pulses, room: number) {
  const chosen: Import[] = []
  const done = new Set<string>()
  let left = room
  for (const candidate of given.toSorted(inOrder)) {
    const name = nameOf(candidate)
    if (left <= 0 || done.has(name) || candidate.pulse > work.pulse) continue
    const known = pulses.at(candidate.pulse)
    const { source, destination } = candidate.channel
    const fit = fitImport(candidate, work.footing.cursors.get(source, destination), left)
    if (known === undefined || fit === undefined) continue
    try {
      takeImport(work, fit, known)
    } catch (error) {
      if (!(error instanceof LeitherError) || error instanceof BlockInvalid) throw error
      continue
    }
    done.add(name)
    chosen.push(fit)
    left -= fit.receipts.length
  }
  return { chosen, left }
}

/** Reads a candidate's id; what cannot even be written down is none. */
export function readOr<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof LeitherError) return undefined
    throw error
  }
}

/** Signatures that may turn out wrong before the leader looks no further. */
const mostWrong = 4096

/**
 * Carries out as much of the candidates as the rules admit, in order, and as fits into one block.
 * What there was no room for is neither in the batch nor refused.
 */
export function chooseBatch(work: Work, candidates: Candidates, pulses: Pulses) {
  const { mostEntries } = work.footing.seating.charter.rules
  const { chosen, left } = chooseImports(work, candidates.imports, pulses, mostEntries)
  const refused: Refusal[] = []
  const orders: Order[] = []
  const transfers: Transfer[] = []
  let wrong = 0
  const isDone = (): boolean => orders.length + transfers.length >= left || wrong >= mostWrong
  for (const order of candidates.orders) {
    if (isDone()) break
    const id = readOr(() => idOfOrder(order))
    if (id === undefined) continue
    const code = obey(work, order, id)
    if (code === undefined) orders.push(order)
    else refused.push(refusal(id, code))
    if (code === 'SIGNATURE_INVALID') wrong++
  }
  for (const transfer of candidates.transfers) {
    if (isDone()) break
    const read = readOr(() => readTransfer(transfer))
    if (read === undefined) continue
    const code = carryOut(work, read)
    if (code === undefined) transfers.push(transfer)
    else refused.push(refusal(read.id, code))
    if (code === 'SIGNATURE_INVALID' || code === 'ACCEPT_INVALID') wrong++
  }
  const batch: Batch = { imports: chosen, orders, transfers }
  return { batch, refused }
}
