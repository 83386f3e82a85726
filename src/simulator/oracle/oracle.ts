/**
 * The oracle: replays what pulses include, branch by branch, in one map, and says at each pulse
 * what every account and every root must be (spec OL-1, D 4.2, point 8).
 */
import { decode, equal, toHex } from '#base'
import { type Block, rootBodyLayout } from '#bookkeeper'
import type { Signatures } from '#identity'
import { type Account, batchLayout, covers, entryStates, forms, type Header } from '#ledger'
import {
  headerHash,
  isLive,
  type Prefix,
  related,
  type Table,
  type TableEntry,
  tableEntryHash,
  treeAbove,
  listRoot,
} from '#ledger'
import type { Genesis } from '#organization'
import { BlockStore } from './block-store.js'
import { type Finding, MapLedger } from './map-ledger.js'
import { naiveRoot, naiveSums } from './naive-root.js'

/** A pulse as the oracle has replayed it. */
export interface ReplayedPulse {
  readonly pulse: bigint
  readonly header: Header
  readonly table: Table
  /** headers that it added, oldest first, by branch */
  readonly added: ReadonlyMap<Prefix, readonly Header[]>
}

interface Change {
  readonly pulse: bigint
  readonly account: Account
}

export class Oracle {
  readonly blocks = new BlockStore()
  readonly ledger: MapLedger
  /** what was found wrong, in order */
  readonly findings: Finding[] = []
  /** replayed pulses, by number */
  readonly pulses = new Map<bigint, ReplayedPulse>()
  /** pulse in which a transfer's or order's block was included, by id in hexadecimal */
  readonly includedAt = new Map<string, bigint>()
  newest: ReplayedPulse
  readonly #changes = new Map<string, Change[]>()
  readonly #captured: Prefix | undefined

  /** @param captured a branch whose bookkeepers are all hostile: what it does is taken as said */
  constructor(genesis: Genesis, signatures: Pick<Signatures, 'verify'>, captured?: Prefix) {
    this.#captured = captured
    const { seating, accounts, table, root } = genesis
    this.newest = { pulse: 0n, header: root, table, added: new Map() }
    this.pulses.set(0n, this.newest)
    this.ledger = new MapLedger(seating.charter, accounts, signatures, this.#find, (prefix) =>
      this.isCaptured(prefix),
    )
    for (const account of accounts) {
      this.#changes.set(toHex(account.id), [{ pulse: 0n, account }])
    }
  }

  /** A branch has begun: half of one, or the whole of two. */
  #opened({ prefix }: TableEntry, before: Table): void {
    this.ledger.opened(prefix)
    const isHalf = before.some((old) => isLive(old) && prefix.startsWith(old.prefix))
    this.ledger.marks.push(isHalf ? 'ledger/branch split' : 'ledger/branches merged')
    if (this.ledger.inFlight() > 0n) this.ledger.marks.push('ledger/receipts on their way then')
  }

  readonly #find = (invariant: string, message: string): void => {
    this.findings.push({ invariant, message })
  }

  isCaptured(prefix: Prefix): boolean {
    return this.#captured !== undefined && related(prefix, this.#captured)
  }

  /** An account as it is at a replayed pulse; undefined where there is none. */
  accountAt(id: Uint8Array, pulse: bigint): Account | undefined {
    return this.#changes.get(toHex(id))?.findLast((change) => change.pulse <= pulse)?.account
  }

  /** Accounts of a branch, as they are now. */
  accountsOf(prefix: Prefix): Account[] {
    return [...this.ledger.accounts.values()].filter(({ id }) => covers(prefix, id))
  }

  /**
   * Replays pulses up to this one.
   * @param hash of the root's header
   * @returns those that are new, oldest first
   */
  replay(hash: Uint8Array): readonly ReplayedPulse[] {
    const blocks: Block[] = []
    const last = this.newest.header
    for (let block = this.blocks.at(hash); block !== undefined;) {
      if (block.header.height <= last.height) break
      blocks.unshift(block)
      block = this.blocks.at(block.header.prev)
    }
    return blocks.map((block) => this.#replayOne(block))
  }

  #replayOne(block: Block): ReplayedPulse {
    const { table } = decode(rootBodyLayout, block.body)
    const before = this.newest
    const pulse = block.header.pulseSeen
    if (pulse <= before.pulse) this.#find('I2', `pulse ${pulse} follows pulse ${before.pulse}`)
    if (!equal(block.header.prev, headerHash(before.header))) {
      this.#find('I1', `pulse ${pulse} does not continue pulse ${before.pulse}`)
    }
    const added = new Map<Prefix, readonly Header[]>()
    for (const entry of table) {
      if (entry.state === entryStates.retired) continue
      const old = before.table.find(
        ({ prefix, state }) => prefix === entry.prefix && state !== entryStates.retired,
      )
      if (old === undefined) this.#opened(entry, before.table)
      const chain = this.#chain(entry, old)
      if (chain.length === 0) continue
      added.set(
        entry.prefix,
        chain.map(({ header }) => header),
      )
      for (const one of chain) this.#execute(one, pulse)
    }
    this.newest = { pulse, header: block.header, table, added }
    this.pulses.set(pulse, this.newest)
    this.#note(pulse)
    this.#compare(added)
    this.#compareRoot()
    return this.newest
  }

  /** Blocks after an included header up to the one that a table names, oldest first. */
  #chain(to: TableEntry, from: TableEntry | undefined): Block[] {
    const chain: Block[] = []
    let hash = to.headerHash
    while (from === undefined || !equal(hash, from.headerHash)) {
      const block = this.blocks.at(hash)
      if (block === undefined) {
        // Opening headers follow from what has closed: they come without a block.
        if (from !== undefined && !this.isCaptured(to.prefix)) this.#lost(to, from, hash)
        break
      }
      const { form, height, prev } = block.header
      if (from !== undefined && height <= from.height) {
        this.#lost(to, from, hash)
        break
      }
      chain.unshift(block)
      if (form === forms.opening) break
      hash = prev
    }
    return chain
  }

  #lost(to: TableEntry, from: TableEntry, hash: Uint8Array): void {
    const [newer, older] = [to, from].map((entry) => `${toHex(entry.headerHash)} (${entry.height})`)
    const where = `branch "${to.prefix}" has ${newer} in a pulse after ${older}`
    this.#find('I9', `${where}; the chain back ends at ${toHex(hash)}`)
  }

  #execute({ header, body }: Block, pulse: bigint): void {
    if (header.form === forms.opening || this.isCaptured(header.prefix)) return
    const known = this.pulses.get(header.pulseSeen)
    if (known === undefined) {
      this.#find('I8', `a block of branch "${header.prefix}" has seen pulse ${header.pulseSeen}`)
      return
    }
    const live = known.table.filter(isLive).map(({ prefix }) => prefix)
    const route = (id: Uint8Array): Prefix => live.find((prefix) => covers(prefix, id))!
    const ids = this.ledger.execute(header, decode(batchLayout, body), route)
    for (const id of ids) this.includedAt.set(id, pulse)
  }

  #note(pulse: bigint): void {
    for (const name of this.ledger.changed) {
      const account = this.ledger.accounts.get(name)
      if (account === undefined) continue
      const changes = this.#changes.get(name) ?? []
      changes.push({ pulse, account })
      this.#changes.set(name, changes)
    }
    this.ledger.changed.clear()
  }

  /** Holds the root's own header against its table. */
  #compareRoot(): void {
    const { header, table, pulse } = this.newest
    const { hash, sums } = treeAbove(table)
    if (header.total !== sums.total || header.count !== sums.count) {
      this.#find('I3', `pulse ${pulse} says ${header.total}, its branches hold ${sums.total}`)
    }
    const isRight =
      equal(header.stateRoot, hash) && equal(header.bodyRoot, listRoot(table.map(tableEntryHash)))
    if (!isRight) this.#find('I22', `pulse ${pulse} has another root than its table`)
  }

  /** Holds the roots and sums of the branches that moved against the map. */
  #compare(added: ReadonlyMap<Prefix, unknown>): void {
    for (const entry of this.newest.table) {
      if (!added.has(entry.prefix) || !isLive(entry) || this.isCaptured(entry.prefix)) continue
      const accounts = this.accountsOf(entry.prefix)
      const { total, count } = naiveSums(accounts)
      const where = `branch "${entry.prefix}" at height ${entry.height}`
      const debited = this.ledger.debited.get(entry.prefix) ?? 0n
      if (entry.cumDebit !== debited) {
        this.#find('I11', `${where} has debited ${debited}, it says ${entry.cumDebit}`)
      }
      if (total !== entry.total || count !== entry.count) {
        const said = `${entry.total} in ${entry.count} accounts`
        this.#find('I4', `${where} says ${said}; the oracle has ${total} in ${count}`)
      } else if (!equal(naiveRoot(accounts), entry.stateRoot)) {
        this.#find('I22', `${where} has another root than its accounts`)
      }
    }
  }
}
