/** From one pulse to the next: the same everywhere, whoever computes it (spec OL-1, E 4 and 5). */
import {
  entryStates,
  forms,
  type Header,
  listRoot,
  noRoot,
  type Prefix,
  type Table,
  type TableEntry,
  totals,
} from '#ledger'
import { entryOf, rootFields, type Rules, type Seating } from '#organization'
import { BlockInvalid, LedgerStuck } from '../errors.js'
import { blockFault, channelsAfter, openingFault } from './admission.js'
import { Firewall } from './firewall.js'
import { addsUp, isDue, planned } from './reorganisation.js'
import type { Included, RootState, Source } from './state.js'
import { hashOf } from './steps.js'
import { SourceBook } from './source-book.js'

/** What the next pulse stands on beside the branches' headers. */
export interface Frame {
  readonly seating: Seating
  readonly view: bigint
  /** leader's clock, milliseconds */
  readonly time: bigint
  /** the table of a pulse that is final, or in the blocks that this one stands on */
  tableAt(pulse: bigint): Table | undefined
}

const invalid = (what: string): never => {
  throw new BlockInvalid(what)
}

/** A table under construction. */
class Draft {
  readonly entries: Map<Prefix, TableEntry>
  readonly sources: Map<Prefix, Source>
  reorganisations

  constructor(readonly before: RootState) {
    this.entries = new Map(before.table.map((entry) => [entry.prefix, entry]))
    this.sources = new Map(before.sources)
    this.reorganisations = before.reorganisations
  }

  setState(prefix: Prefix, state: number): void {
    const entry = this.entries.get(prefix)
    if (entry !== undefined) this.entries.set(prefix, { ...entry, state })
  }

  put({ header, channels }: Included): void {
    const { prefix } = header
    const old = this.entries.get(prefix)
    const book = this.sources.get(prefix)?.book ?? SourceBook.of([])
    this.sources.set(prefix, { header, book: channelsAfter(book, channels) })
    this.entries.set(prefix, {
      ...entryOf(header, old?.settledDebit ?? 0n),
      state: stateAfter(header, old),
    })
  }

  get table(): Table {
    return [...this.entries.values()].sort((a, b) => (a.prefix < b.prefix ? -1 : 1))
  }
}

function stateAfter({ form }: Header, old: TableEntry | undefined): number {
  if (form === forms.closing) return entryStates.closed
  if (form === forms.opening || old === undefined) return entryStates.open
  return old.state
}

/**
 * @throws BlockInvalid where a header may not stand in the table, or amounts do not add up;
 *   LedgerStuck where an old table that is needed is not here
 */
export function nextState(
  state: RootState,
  included: readonly Included[],
  frame: Frame,
): RootState {
  const { rules } = frame.seating.charter
  const pulse = state.header.pulseSeen + 1n
  const draft = new Draft(state)
  if (included.some(({ header }, i) => i > 0 && header.prefix <= included[i - 1].header.prefix)) {
    invalid('branches out of order')
  }
  takeBlocks(
    draft,
    included.filter(({ header }) => header.form !== forms.opening),
    rules,
  )
  swap(
    draft,
    included.filter(({ header }) => header.form === forms.opening),
    frame.seating,
  )
  const settled = settle(draft.table, pulse, frame, rules)
  const plans =
    pulse % BigInt(rules.cycle) === 0n ? planned(settled, pulse, rules, frame.seating) : []
  const closing = new Set(plans.flatMap(({ from }) => from))
  const table = settled.map((entry) =>
    closing.has(entry.prefix) ? { ...entry, state: entryStates.closing } : entry,
  )
  checkSupply(table, frame.seating.charter.supply)
  return {
    header: headerOf(state, table, draft.sources, frame),
    table,
    sources: draft.sources,
    reorganisations: [...draft.reorganisations, ...plans],
    sent: sentAfter(state, included),
  }
}

function sentAfter({ sent, sources }: RootState, included: readonly Included[]) {
  const after = new Map(sent)
  for (const { header, channels } of included) {
    for (const { source, destination, cumulative } of channels) {
      const old = sources.get(header.prefix)?.book.get(source, destination).cumulative ?? 0n
      after.set(destination, (after.get(destination) ?? 0n) + cumulative - old)
    }
  }
  return after
}

function takeBlocks(draft: Draft, included: readonly Included[], rules: Rules): void {
  const { before } = draft
  const firewall = new Firewall(before.table, before.sent)
  for (const one of included) {
    const { prefix, cumIn } = one.header
    const fault = blockFault(before, one, rules)
    if (fault !== undefined) invalid(`branch "${prefix}": ${fault}`)
    if (!firewall.take(prefix, cumIn)) invalid(`branch "${prefix}" took more than was sent`)
    draft.put(one)
  }
}

/** Puts openings in the place of what closed, all of a reorganisation or none. */
function swap(draft: Draft, openings: readonly Included[], seating: Seating): void {
  const left = new Map(openings.map((one) => [one.header.prefix, one]))
  for (const plan of draft.before.reorganisations) {
    const opened = plan.to.flatMap((prefix) => left.get(prefix) ?? [])
    if (opened.length === 0) continue
    if (opened.length < plan.to.length) invalid('an opening without the other')
    if (!isDue(draft.before, plan)) invalid('an opening before all is closed')
    for (const one of opened) {
      const fault = openingFault(draft.before, plan, one, seating)
      if (fault !== undefined) invalid(`branch "${one.header.prefix}": ${fault}`)
      left.delete(one.header.prefix)
    }
    const closed = plan.from.flatMap((prefix) => draft.entries.get(prefix) ?? [])
    if (
      !addsUp(
        closed,
        opened.map(({ header }) => header),
      )
    )
      invalid('openings that do not add up')
    for (const prefix of plan.from) draft.setState(prefix, entryStates.retired)
    for (const one of opened) draft.put(one)
    draft.reorganisations = draft.reorganisations.filter((other) => other !== plan)
  }
  if (left.size > 0) invalid('an opening that nobody asked for')
}

/** What was debited `publicity` pulses ago counts as settled. */
function settle(table: Table, pulse: bigint, frame: Frame, { publicity }: Rules): Table {
  const past = pulse - BigInt(publicity)
  if (past <= 0n) return table
  const known = frame.tableAt(past)
  if (known === undefined) throw new LedgerStuck(`the table of pulse ${past} is not here`)
  const then = new Map(known.map(({ prefix, cumDebit }) => [prefix, cumDebit]))
  return table.map((entry) => {
    const settledDebit = then.get(entry.prefix) ?? 0n
    return settledDebit > entry.settledDebit ? { ...entry, settledDebit } : entry
  })
}

/** What all branches hold, and what is on its way, is the supply. @throws BlockInvalid */
export function checkSupply(table: Table, supply: bigint): void {
  const { total, cumOut, cumIn } = totals(table)
  if (total + cumOut - cumIn !== supply) {
    invalid(`branches hold ${total}, ${cumOut - cumIn} is on its way, the supply is ${supply}`)
  }
}

function headerOf(
  { header }: RootState,
  table: Table,
  sources: ReadonlyMap<Prefix, Source>,
  { view, time }: Frame,
): Header {
  const channelRoots = table.map(({ prefix }) => sources.get(prefix)?.header.channelRoot ?? noRoot)
  return {
    ...header,
    ...rootFields(table),
    height: header.height + 1n,
    pulseSeen: header.pulseSeen + 1n,
    view,
    time,
    prev: hashOf(header),
    channelRoot: listRoot(channelRoots),
  }
}
