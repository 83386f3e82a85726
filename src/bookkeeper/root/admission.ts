/** Whether a branch's header may stand in the next table (spec OL-1, E 4). */
import { equal } from '#base'
import { entryStates, forms, type Prefix, related, type TableEntry } from '#ledger'
import type { Rules, Seating } from '#organization'
import { openingPrev } from '../branch/opening.js'
import type { Included, Reorganisation, RootState, Source } from './state.js'
import { type Fault, runFault } from './steps.js'
import type { SourceBook } from './source-book.js'

/** It has seen a pulse that is not known here: not a fault, its time will come. */
export const ahead = 'a pulse ahead of the root'

/** Its branch has ended meanwhile: its committee may have finalized a closing block too many. */
export const late: ReadonlySet<Fault> = new Set<Fault>([
  'a branch that is not there',
  'a branch that is closed',
  'no opening',
])

export const entryOfBranch = (state: RootState, prefix: Prefix): TableEntry | undefined =>
  state.table.find((entry) => entry.prefix === prefix)

/** What is wrong with a header of a branch that is open or closing; the firewall apart. */
export function blockFault(state: RootState, { header, channels }: Included, rules: Rules): Fault {
  const entry = entryOfBranch(state, header.prefix)
  const source = state.sources.get(header.prefix)
  if (entry === undefined || source === undefined) return 'a branch that is not there'
  if (entry.state !== entryStates.open && entry.state !== entryStates.closing) {
    return 'a branch that is closed'
  }
  if (header.pulseSeen > state.header.pulseSeen) return ahead
  return (
    runFault(source.header, header) ??
    closingFault(state, entry, header) ??
    (header.cumDebit - entry.settledDebit > rules.cover
      ? 'more debited than is covered'
      : undefined) ??
    channelsFault(source, { header, channels })
  )
}

function closingFault(state: RootState, entry: TableEntry, header: Included['header']): Fault {
  if (entry.state === entryStates.open) {
    return header.form === forms.closing ? 'closed without being told' : undefined
  }
  if (header.form === forms.closing) return undefined
  const since = closingSince(state, entry.prefix)
  return since === undefined || header.pulseSeen >= since
    ? 'a block although the branch is to close'
    : undefined
}

/** The pulse that told a branch to close. */
export const closingSince = ({ reorganisations }: RootState, prefix: Prefix): bigint | undefined =>
  reorganisations.find(({ from }) => from.includes(prefix))?.pulse

/** The channels that changed, checked against the header's root and against what went out. */
function channelsFault({ header: before, book }: Source, { header, channels }: Included): Fault {
  let out = 0n
  let last: string | undefined
  for (const { source, destination, sequence, cumulative } of channels) {
    if (source !== header.prefix || related(source, destination)) return 'a channel of another'
    if (last !== undefined && destination <= last) return 'channels out of order'
    last = destination
    const old = book.get(source, destination)
    if (sequence <= old.sequence) return 'a channel that went back'
    if (cumulative - old.cumulative < sequence - old.sequence) return 'receipts without amounts'
    out += cumulative - old.cumulative
  }
  if (out !== header.cumOut - before.cumOut) return 'channels that do not add up'
  return equal(channelsAfter(book, channels).root, header.channelRoot)
    ? undefined
    : 'channels that the header does not commit to'
}

const books = new WeakMap<Included['channels'], { before: SourceBook; after: SourceBook }>()

/** The book with these channels; hashed once, however often it is asked for. */
export function channelsAfter(before: SourceBook, channels: Included['channels']): SourceBook {
  const kept = books.get(channels)
  if (kept?.before === before) return kept.after
  const after = before.with(channels)
  books.set(channels, { before, after })
  return after
}

/** What is wrong with an opening header by itself; sums are looked at for all of them together. */
export function openingFault(
  state: RootState,
  plan: Reorganisation,
  { header, channels }: Included,
  seating: Seating,
): Fault {
  if (header.form !== forms.opening || channels.length > 0) return 'no opening'
  if (header.pulseSeen > state.header.pulseSeen) return ahead
  const closed = plan.from.flatMap((prefix) => state.sources.get(prefix)?.header ?? [])
  if (!equal(header.prev, openingPrev(closed))) return 'an opening on other closing headers'
  if (header.cycle !== Math.max(...closed.map(({ cycle }) => cycle)) + 1) return 'another cycle'
  if (header.bondSum > header.total) return 'more bond than there is'
  const committee = seating.committee(header.prefix)
  if (committee === undefined || !equal(header.committee, committee.hash)) {
    return 'another committee'
  }
  return lifeFault(state, header)
}

/**
 * A branch that was there before goes on with its channels and its flows; a new one has none. Its
 * cycle is another, so that no vote from before counts.
 */
function lifeFault(state: RootState, header: Included['header']): Fault {
  const before = state.sources.get(header.prefix)
  if (header.height !== 0n) return 'an opening at another height'
  for (const field of ['cumDebit', 'cumOut', 'cumIn'] as const) {
    if (header[field] !== (before?.header[field] ?? 0n)) return `an opening with another ${field}`
  }
  const channelRoot = before?.header.channelRoot ?? new Uint8Array(32)
  return equal(header.channelRoot, channelRoot) ? undefined : 'an opening with other channels'
}
