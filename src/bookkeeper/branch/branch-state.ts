/** A branch's ledger: what it stands on, one block on, one block back (spec OL-1, D to F). */
import { emptyBytes, encode, equal, LeitherError, sha256 } from '#base'
import type { Signatures } from '#identity'
import {
  type Account,
  type AccountTree,
  batchLayout,
  type Channel,
  emptyBatch,
  emptyMmr,
  forms,
  type Header,
  headerHash,
  noRoot,
  type Prefix,
  type Receipt,
  type Transfer,
  type Undo,
} from '#ledger'
import type { Seating } from '#organization'
import { BlockInvalid, ImageInvalid, LedgerStuck } from '../errors.js'
import type { Block } from '../messages.js'
import type {
  Applied,
  BlockFrame,
  BranchLedger,
  Candidates,
  Inherited,
  KnownPulse,
  Pulses,
  Refusal,
  RefusalCode,
} from './branch-ledger.js'
import { ChannelBook } from './channels.js'
import { KeptReceipts } from './channels-kept.js'
import { DataKeys } from './closed-data.js'
import { chooseBatch, isEmpty, readOr } from './choose-batch.js'
import { Work } from './execute.js'
import { executeBlock, misfit } from './execute-block.js'
import { type Executed, ExecutedBlocks } from './executed-blocks.js'
import { readTransfer, screenTransfer } from './execute-transfers.js'
import { decodeImage, encodeImage, type Image } from './image.js'
import { Outgoing } from './outgoing.js'
import { firstId, turnPage } from './page-turn.js'
import {
  type Books,
  booksAfter,
  checkHeader,
  type Frame,
  headerAfter,
  rootsOf,
  type Standing,
} from './seal-block.js'
import { SignedChecks } from './signed.js'

export interface BranchLedgerOptions {
  readonly seating: Seating
  readonly prefix: Prefix
  readonly signatures: Pick<Signatures, 'verify'>
  /** the branch's accounts at `header`; from now on the ledger's own */
  readonly tree: AccountTree
  readonly header: Header
  /** the rest at `header` (see BranchLedger.image); left out at the organization's beginning */
  readonly image?: Uint8Array
  /** 32 bytes that the branch's bookkeepers share; without them keepers get nothing */
  readonly secret?: Uint8Array
  /** closed data of the block at `header`, where it is known */
  readonly data?: Uint8Array
}

/** What a block came to, its accounts already in the tree. */
interface Outcome extends Executed {
  readonly undo: Undo
}

interface Step {
  readonly before: Standing
  readonly undo: Undo
  readonly sent: readonly Receipt[]
}

const noImage: Image = {
  channels: [],
  cursors: [],
  ahead: [],
  outbox: emptyMmr,
  pageFrom: new Uint8Array(20),
  kept: [],
  inherited: [],
}

class BranchState implements BranchLedger {
  readonly prefix: Prefix
  readonly tree: AccountTree
  readonly #seating: Seating
  readonly #checks: SignedChecks
  readonly #keys: DataKeys | undefined
  #standing: Standing
  readonly #steps: Step[] = []
  readonly #own: Outgoing
  readonly #inherited: ReadonlyMap<Prefix, Outgoing>
  #refused: readonly Refusal[] = []
  readonly #executed = new ExecutedBlocks()

  constructor(options: BranchLedgerOptions) {
    const { seating, prefix, signatures, tree, header, image, secret } = options
    const parts = image === undefined ? noImage : decodeImage(image)
    const channels = ChannelBook.of(parts.channels)
    this.prefix = prefix
    this.tree = tree
    this.#seating = seating
    this.#checks = new SignedChecks(signatures)
    this.#keys = secret === undefined ? undefined : new DataKeys(secret, prefix)
    this.#standing = {
      header,
      channels,
      cursors: ChannelBook.of(parts.cursors, parts.ahead),
      outbox: parts.outbox,
      pageFrom: image === undefined ? firstId(prefix) : parts.pageFrom,
      data: options.data,
    }
    this.#check()
    this.#own = new Outgoing({ header, channels }, KeptReceipts.of(parts.kept, parts.channels))
    this.#inherited = new Map(
      parts.inherited.map((given) => [given.header.prefix, outgoingOf(given)]),
    )
  }

  /** @throws ImageInvalid where the parts are not those of the header */
  #check(): void {
    const { header } = this.#standing
    const roots = rootsOf(this.#standing)
    const isSame =
      header.prefix === this.prefix &&
      equal(this.tree.root(), header.stateRoot) &&
      equal(roots.outboxRoot, header.outboxRoot) &&
      equal(roots.channelRoot, header.channelRoot) &&
      equal(roots.cursorRoot, header.cursorRoot)
    if (!isSame) throw new ImageInvalid(`the state is not that of block ${header.height}`)
  }

  get header(): Header {
    return this.#standing.header
  }

  get refused(): readonly Refusal[] {
    return this.#refused
  }

  get data(): Uint8Array | undefined {
    return this.#standing.data
  }

  account(id: Uint8Array) {
    return this.tree.get(id)
  }

  #work(known: KnownPulse): Work {
    const { header: parent, channels, cursors } = this.#standing
    return new Work(
      {
        seating: this.#seating,
        prefix: this.prefix,
        parent,
        tree: this.tree,
        channels,
        cursors,
        checks: this.#checks,
      },
      known,
    )
  }

  screen(transfer: Transfer, pulses: Pulses): RefusalCode | undefined {
    const read = readOr(() => readTransfer(transfer))
    if (read === undefined) return 'SIGNATURE_INVALID'
    return screenTransfer(this.#work(pulses.newest), read)
  }

  build(candidates: Candidates, frame: BlockFrame, pulses: Pulses) {
    this.#refused = []
    const { header: parent } = this.#standing
    const known = pulses.newest
    const time = BigInt(Math.max(0, Math.floor(frame.time)))
    const given = { ...frame, time: time > parent.time ? time : parent.time }
    if (misfit(parent, given, known) !== undefined) return undefined
    if (parent.form === forms.closing && frame.mayBeEmpty !== true) return undefined
    const work = this.#work(known)
    let batch = emptyBatch
    if (frame.form !== forms.closing) {
      const chosen = chooseBatch(work, candidates, pulses)
      this.#refused = chosen.refused
      batch = chosen.batch
      if (isEmpty(batch) && frame.mayBeEmpty !== true) return undefined
    }
    work.payFees()
    const { undo, ...executed } = this.#finish(work, given)
    this.tree.undo(undo)
    const block = { header: executed.standing.header, body: encode(batchLayout, batch) }
    this.#executed.note(block, executed)
    return { block, refused: this.#refused }
  }

  apply(block: Block, pulses: Pulses): Applied | 'later' {
    const { header } = block
    const parent = this.#standing.header
    if (!equal(header.prev, headerHash(parent))) {
      throw new BlockInvalid(`block ${header.height} does not stand on block ${parent.height}`)
    }
    const again = this.#executed.of(block)
    if (again !== undefined) {
      return this.#stand({ ...again, undo: this.tree.update(again.applied.changed) })
    }
    if (header.pulseSeen < parent.pulseSeen) throw new BlockInvalid('its pulse is too old')
    const known = pulses.at(header.pulseSeen)
    if (known === undefined) return 'later'
    const wrong = misfit(parent, header, known)
    if (wrong !== undefined) throw new BlockInvalid(wrong)
    const outcome = this.#outcome(block, known, pulses)
    if (outcome === undefined) return 'later'
    this.#executed.note(block, outcome)
    return this.#stand(outcome)
  }

  #stand({ standing, applied, undo }: Outcome): Applied {
    this.#steps.push({ before: this.#standing, undo, sent: applied.sent })
    this.#standing = standing
    this.#own.push(standing, applied.sent)
    return applied
  }

  /** What the block comes to; undefined where a pulse is missing. @throws BlockInvalid */
  #outcome(block: Block, known: KnownPulse, pulses: Pulses): Outcome | undefined {
    try {
      const work = executeBlock(this.#work(known), block, pulses)
      if (work === undefined) return undefined
      return this.#finish(work, block.header, ({ header }) => checkHeader(block.header, header))
    } catch (error) {
      if (!(error instanceof LeitherError) || error instanceof BlockInvalid) throw error
      throw new BlockInvalid(error.message)
    }
  }

  /** Puts what the work changed into the tree. @throws BlockInvalid; then nothing has changed */
  #finish(work: Work, frame: Frame, check?: (standing: Standing) => void): Outcome {
    const changed: Account[] = [...work.accounts.values()]
    const undo = this.tree.update(changed)
    try {
      const state = { stateRoot: this.tree.root(), sums: this.tree.sums }
      const books = booksAfter(work, this.#standing)
      const { data, pageFrom } = this.#close(work, frame, changed, books)
      const dataRoot = data.length === 0 ? noRoot : sha256(data)
      const header = headerAfter(work, frame, state, rootsOf(books), dataRoot)
      const standing = { header, ...books, pageFrom, data }
      check?.(standing)
      const { sent, ids } = work
      return { standing, applied: { changed, sent, ids, data }, undo }
    } catch (error) {
      this.tree.undo(undo)
      throw error
    }
  }

  /** Closes what keepers get of the block, and turns the page. */
  #close(work: Work, { view }: Frame, changed: readonly Account[], books: Books) {
    if (this.#keys === undefined) {
      return { data: emptyBytes, pageFrom: this.#standing.pageFrom }
    }
    const { page, next: pageFrom } = turnPage(this.tree, this.#standing.pageFrom)
    const image = encodeImage({
      ...imageOf({ ...books, pageFrom }),
      kept: work.sent,
      inherited: this.inherited.map((given) => ({ ...given, kept: [] })),
    })
    const place = { prefix: this.prefix, height: work.footing.parent.height + 1n, view }
    return { data: this.#keys.seal(place, { changed, page, image }), pageFrom }
  }

  takeBack(): void {
    const step = this.#steps.pop()
    if (step === undefined) {
      throw new LedgerStuck(`block ${this.header.height} can no longer be taken back`)
    }
    this.tree.undo(step.undo)
    this.#standing = step.before
    this.#own.pop(step.before, step.sent)
  }

  settle(height: bigint): void {
    while (this.#steps.length > 0 && this.#steps[0].before.header.height < height) {
      this.#steps.shift()
    }
    this.#executed.forget(height)
  }

  included(height: bigint): void {
    this.#own.included(height)
  }

  get channels() {
    return this.#standing.channels.list
  }

  get cursors() {
    return this.#standing.cursors.list
  }

  channelProof(destination: Prefix) {
    return this.#standing.channels.proof(this.prefix, destination)
  }

  cursorProof(source: Prefix, destination: Prefix) {
    return this.#standing.cursors.proof(source, destination)
  }

  get inherited(): readonly Inherited[] {
    return [...this.#inherited.values()].map(({ newest }) => ({
      header: newest.header,
      channels: newest.channels.list,
    }))
  }

  #outgoing(source: Prefix): Outgoing | undefined {
    return source === this.prefix ? this.#own : this.#inherited.get(source)
  }

  receiptsAfter(destination: Prefix, sequence: bigint, most: number, source = this.prefix) {
    return this.#outgoing(source)?.kept.after(destination, sequence, most) ?? []
  }

  delivered(destination: Prefix, sequence: bigint, source = this.prefix): void {
    this.#outgoing(source)?.kept.drop(destination, sequence)
  }

  deliveredTo(channel: Channel): bigint {
    return this.#outgoing(channel.source)?.kept.droppedTo(channel) ?? channel.sequence
  }

  importFor(
    known: KnownPulse,
    { source, destination }: { readonly source: Prefix; readonly destination: Prefix },
    after: bigint,
    most: number,
  ) {
    return this.#outgoing(source)?.importFor(known, destination, after, most)
  }

  image(): Uint8Array {
    const inherited = [...this.#inherited.values()].map(({ newest, kept }) => ({
      header: newest.header,
      channels: newest.channels.list,
      kept: kept.all,
    }))
    return encodeImage({ ...imageOf(this.#standing), kept: this.#own.kept.all, inherited })
  }
}

function outgoingOf({ header, channels, kept }: Image['inherited'][number]): Outgoing {
  return new Outgoing(
    { header, channels: ChannelBook.of(channels) },
    KeptReceipts.of(kept, channels),
  )
}

/** The parts of an image that blocks decide. */
const imageOf = ({ channels, cursors, outbox, pageFrom }: Books & Pick<Standing, 'pageFrom'>) => ({
  channels: channels.list,
  cursors: cursors.list,
  ahead: cursors.ahead,
  outbox,
  pageFrom,
})

/**
 * The ledger of one branch, standing at a header.
 * @throws ImageInvalid where accounts and image are not those of the header
 */
export const branchLedger = (options: BranchLedgerOptions): BranchLedger => new BranchState(options)
