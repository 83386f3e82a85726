/** What a leader puts into the next table (spec OL-1, E 4): of each branch the newest that may. */
import { forms, isLive, type Prefix } from '#ledger'
import type { Seating } from '#organization'
import { ahead, blockFault, closingSince, openingFault } from './admission.js'
import { Firewall } from './firewall.js'
import { addsUp, isDue } from './reorganisation.js'
import { attachFault, detached } from './report-check.js'
import type { Held, ReportPool } from './report-pool.js'
import type { Included, Reorganisation, RootState } from './state.js'
import { type Fault, hashOf } from './steps.js'

/** A report that can never be in the table. */
export interface Refused {
  readonly held: Held
  readonly fault: string
}

/** Whether some branch has used up half of its cover: pulses go on then until it has settled. */
export const isTight = ({ table }: RootState, cover: bigint): boolean =>
  table.some((entry) => isLive(entry) && 2n * (entry.cumDebit - entry.settledDebit) > cover)

/** Channels of a report that the table's header does not already have so. */
export function freshChannels({ sources }: RootState, { report, header }: Held) {
  const book = sources.get(header.prefix)?.book
  const isFresh = ({ source, destination, sequence }: Included['channels'][number]): boolean =>
    sequence !== book?.get(source, destination).sequence
  return report.channels.every(isFresh) ? report.channels : report.channels.filter(isFresh)
}

/** What is wrong with the way from the table's header to a report's last one. */
export function heldFault(state: RootState, held: Held): Fault {
  const { header, report, hashes } = held
  if (header.form === forms.opening) return undefined
  const source = state.sources.get(header.prefix)
  if (source === undefined) return 'a branch that is not there'
  const fault = attachFault(report, hashes, source.header, hashOf(source.header))
  if (fault !== undefined) return fault
  const since = closingSince(state, header.prefix)
  const isLate = report.headers.some(
    ({ form, pulseSeen }) => form === forms.block && since !== undefined && pulseSeen >= since,
  )
  return isLate ? 'a block although the branch is to close' : undefined
}

const mayPass = (fault: string): boolean => fault === ahead || fault === detached

/** The next block's entries, in the order of their prefixes, and what is refused for good. */
export function compose(
  state: RootState,
  pool: ReportPool,
  seating: Seating,
): { readonly included: readonly Included[]; readonly refused: readonly Refused[] } {
  const included: Included[] = []
  const refused: Refused[] = []
  const firewall = new Firewall(state.table, state.sent)
  const { rules } = seating.charter
  for (const prefix of pool.branches) {
    for (const held of pool.of(prefix)) {
      if (held.header.form === forms.opening) continue
      const one = { header: held.header, channels: freshChannels(state, held) }
      let fault = heldFault(state, held) ?? blockFault(state, one, rules)
      if (fault === undefined && !firewall.take(prefix, held.header.cumIn)) {
        fault = 'credits that nobody sent'
      }
      if (fault === undefined) {
        included.push(one)
        break
      }
      if (!mayPass(fault)) refused.push({ held, fault })
    }
  }
  for (const plan of state.reorganisations) {
    if (isDue(state, plan)) included.push(...openings(state, plan, pool, seating, refused))
  }
  included.sort((a, b) => (a.header.prefix < b.header.prefix ? -1 : 1))
  return { included, refused }
}

/**
 * Whether a report could be in the next table by itself: then it is owed. An opening is owed once
 * all that belongs to it is here.
 */
export function mayStand(
  state: RootState,
  pool: ReportPool,
  held: Held,
  seating: Seating,
): boolean {
  const { header } = held
  if (header.form === forms.opening) {
    const plan = state.reorganisations.find(({ to }) => to.includes(header.prefix))
    if (plan === undefined || !isDue(state, plan)) return false
    return openings(state, plan, pool, seating, []).length > 0
  }
  const one = { header, channels: freshChannels(state, held) }
  const fault = heldFault(state, held) ?? blockFault(state, one, seating.charter.rules)
  if (fault !== undefined) return false
  return new Firewall(state.table, state.sent).take(header.prefix, header.cumIn)
}

/** Openings of all branches that take the place of closed ones, if they are here and add up. */
function openings(
  state: RootState,
  plan: Reorganisation,
  pool: ReportPool,
  seating: Seating,
  refused: Refused[],
): readonly Included[] {
  const candidates = plan.to.map((prefix) => sound(state, plan, prefix, pool, seating, refused))
  if (candidates.some((list) => list.length === 0)) return []
  const closed = state.table.filter(({ prefix }) => plan.from.includes(prefix))
  for (const chosen of combinations(candidates)) {
    const headers = chosen.map(({ header }) => header)
    if (addsUp(closed, headers)) return headers.map((header) => ({ header, channels: [] }))
  }
  const fault = 'openings that do not add up'
  refused.push(...candidates.flat().map((held) => ({ held, fault })))
  return []
}

function sound(
  state: RootState,
  plan: Reorganisation,
  prefix: Prefix,
  pool: ReportPool,
  seating: Seating,
  refused: Refused[],
): readonly Held[] {
  return pool.of(prefix).filter((held) => {
    const fault = openingFault(state, plan, { header: held.header, channels: [] }, seating)
    if (fault !== undefined && !mayPass(fault)) refused.push({ held, fault })
    return fault === undefined
  })
}

function* combinations(lists: readonly (readonly Held[])[]): Generator<readonly Held[]> {
  if (lists.length === 0) {
    yield []
    return
  }
  const [first, ...rest] = lists
  for (const one of first) for (const others of combinations(rest)) yield [one, ...others]
}
