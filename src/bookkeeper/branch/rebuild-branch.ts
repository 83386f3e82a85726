/**
 * A branch whose bookkeepers have all lost it, from what keepers and members hold (spec OL-1, J;
 * paper 6.3). The newest pulse says which header it must come to; what does not lead there is left.
 */
import { equal, sha256, toHex } from '#base'
import {
  type Account,
  accountTree,
  covers,
  type Header,
  type Prefix,
  type Receipt,
  type TableEntry,
} from '#ledger'
import type { MessageOf } from '../messages.js'
import { type FoundCopy, openCopy, rebuild } from '../recovery/copies.js'
import type { BranchLedger } from './branch-ledger.js'
import { branchLedger } from './branch-state.js'
import { hashOf } from './chain.js'
import { openClosedData, type OpenData } from './closed-data.js'
import { decodeImage, encodeImage } from './image.js'
import { faultsOf, keyOf, type Seat } from './seat.js'

/** A branch, or what is missing of it, in words. */
export type Rebuilding = { readonly ledger: BranchLedger } | { readonly missing: string }

type Kept = MessageOf<'kept'>['kept'][number]

/** Blocks that are held from keepers, and copies from members, at most. */
const mostHeld = 16_384

interface Opened {
  readonly header: Header
  readonly data: OpenData
}

export class RebuildingBranch {
  readonly #seat: Seat
  readonly #kept = new Map<string, Kept>()
  readonly #copies = new Map<string, FoundCopy>()

  constructor(seat: Seat) {
    this.#seat = seat
  }

  get isEmpty(): boolean {
    return this.#kept.size + this.#copies.size === 0
  }

  takeKept({ kept }: MessageOf<'kept'>): void {
    for (const one of kept) {
      if (this.#kept.size >= mostHeld) return
      if (one.header.prefix !== this.#seat.prefix) continue
      if (equal(sha256(one.data), one.header.dataRoot)) {
        this.#kept.set(keyOf(hashOf(one.header)), one)
      }
    }
  }

  takeCopies({ copies }: MessageOf<'copies'>): void {
    const secret = this.#seat.post.branchSecret(this.#seat.prefix)
    if (secret === undefined) return
    for (const { from, page } of copies) {
      if (this.#copies.size >= mostHeld) return
      const copy = openCopy(secret, page)
      if (copy === undefined) continue
      this.#copies.set(keyOf(sha256(page)), { from: toHex(from), copy })
    }
  }

  /** Puts together what is there. @param entry of the newest pulse */
  build(entry: TableEntry): Rebuilding {
    const blocks = this.#fromBlocks(entry)
    if ('ledger' in blocks || this.#copies.size === 0) return blocks
    const copies = this.#fromCopies(entry)
    return 'ledger' in copies
      ? copies
      : { missing: `${blocks.missing}; of members' copies: ${copies.missing}` }
  }

  #fromCopies(entry: TableEntry): Rebuilding {
    const { prefix, committee } = this.#seat
    const liars = faultsOf(committee.members.length)
    const found = [...this.#copies.values()].filter(
      ({ copy }) =>
        copy.header.height !== entry.height || equal(hashOf(copy.header), entry.headerHash),
    )
    const rebuilt = rebuild(prefix, found, entry, liars)
    if ('missing' in rebuilt) return rebuilt
    const { tree, copy } = rebuilt
    return this.#ledger(copy.header, [...accountsOf(tree)], copy.image)
  }

  /** Blocks from the one that the pulse names backwards, as far as keepers have them. */
  #chain(entry: TableEntry): readonly Opened[] {
    const secret = this.#seat.post.branchSecret(this.#seat.prefix)
    const chain: Opened[] = []
    let name = keyOf(entry.headerHash)
    for (;;) {
      const kept = this.#kept.get(name)
      if (kept === undefined || secret === undefined) return chain
      const { header } = kept
      try {
        chain.push({ header, data: openClosedData(secret, header, kept.data) })
      } catch {
        return chain
      }
      name = keyOf(header.prev)
    }
  }

  #fromBlocks(entry: TableEntry): Rebuilding {
    const { prefix } = this.#seat
    const what = `branch "${prefix}" cannot be rebuilt at height ${entry.height}`
    const chain = this.#chain(entry)
    const [newest] = chain
    if (newest === undefined) {
      return { missing: `${what}: no keeper has given the data of that block` }
    }
    const accounts = new Map<string, Account>()
    const add = (account: Account): void => {
      const name = keyOf(account.id)
      if (!accounts.has(name)) accounts.set(name, account)
    }
    for (const { data } of chain) for (const one of [...data.changed, ...data.page]) add(one)
    if (newest.header.cycle === 0) firstAccounts(this.#seat, prefix).forEach(add)
    const built = this.#ledger(newest.header, [...accounts.values()], imageOf(chain))
    if ('ledger' in built) return built
    const oldest = chain[chain.length - 1].header.height
    return {
      missing:
        `${what}: ${accounts.size} of ${entry.count} accounts are here, from the pages of ` +
        `blocks ${oldest} to ${entry.height}; block ${oldest - 1n} and its page are missing`,
    }
  }

  #ledger(header: Header, accounts: readonly Account[], image: Uint8Array): Rebuilding {
    const { post, prefix } = this.#seat
    try {
      const tree = accountTree(prefix, accounts)
      const ledger = branchLedger({
        seating: post.genesis.seating,
        prefix,
        signatures: post.signatures,
        tree,
        header,
        image,
        secret: post.branchSecret(prefix),
      })
      return { ledger }
    } catch (error) {
      return { missing: error instanceof Error ? error.message : String(error) }
    }
  }
}

function* accountsOf(tree: BranchLedger['tree']): Iterable<Account> {
  for (const { accounts } of tree.groups()) yield* accounts
}

const firstAccounts = ({ post }: Seat, prefix: Prefix): readonly Account[] =>
  post.genesis.accounts.filter(({ id }) => covers(prefix, id))

/** The newest block's image, with the receipts that this and the blocks before it sent. */
function imageOf(chain: readonly Opened[]): Uint8Array {
  const image = decodeImage(chain[0].data.image)
  const runs = new Map<Prefix, Receipt[]>()
  for (const { data } of chain.toReversed()) {
    for (const receipt of decodeImage(data.image).kept) {
      const run = runs.get(receipt.destination)
      const isNext = run?.at(-1)?.sequence === receipt.sequence - 1n
      if (run !== undefined && isNext) run.push(receipt)
      else runs.set(receipt.destination, [receipt])
    }
  }
  return encodeImage({ ...image, kept: [...runs.values()].flat() })
}
