/**
 * Brings the DAGs of a head here: asks only for what is missing, from as many sources as there
 * are, and checks every block before it counts.
 *
 * What has been stored stays stored: a download that breaks off goes on where it stopped, because
 * the next one finds those blocks here and follows their links without asking anybody.
 */
import { type CID, codecs, equal, LeitherError } from '#base'
import { type Block, type Blocks, makeBlock } from '#blocks'
import type { Log } from '#world'
import { BlockWriter } from './block-writer.js'
import { PeerMisbehaved, SyncFailed, SyncRefused } from './errors.js'
import type { FlowHead, SyncProgress } from './flow.js'
import { wantCids } from './frames.js'
import { Frontier } from './frontier.js'
import type { Link } from './link.js'
import { Tally } from './tally.js'
import { keyOf } from './version-links.js'

export interface DownloadOptions {
  readonly head: FlowHead
  /** a head whose content is here as a whole: what both share is not looked at */
  readonly base: FlowHead | undefined
  readonly blocks: Pick<Blocks, 'get' | 'has' | 'putMany'>
  readonly log: Log
  /** content of all listed versions, not only last and release */
  readonly all: boolean
  readonly onProgress?: (progress: SyncProgress) => void
  /** A peer sent bytes that are not what their CID says. */
  readonly onLiar: (link: Link, error: PeerMisbehaved) => void
  /** A source broke off; it may come back. */
  readonly onLost: (link: Link) => void
}

/** questions that a source works on at once, so that its pipe is never empty */
const lanes = 3
/** bytes to ask for at once, by the sizes seen so far */
const laneBytes = 4 * 1024 * 1024

/** leaves that a source may send damaged before it is left alone */
const mostWrong = 2
/** not worth splitting */
const fewCids = 8

interface Source {
  readonly link: Link
  readonly lacks: Set<string>
  /** asked for, not come yet */
  readonly asked: Set<string>
  /** blocks whose bytes were wrong */
  wrong: number
  gone: boolean
}

export class Download {
  readonly tally: Tally
  private readonly frontier: Frontier
  private readonly writer: BlockWriter
  private readonly sources = new Map<Link, Source>()
  private readonly wakes: (() => void)[] = []
  /** asked for and not stored yet */
  private open = 0
  /** look-ups among the blocks that are here */
  private looking = 0
  /** where more sources may come from */
  private searches = 0
  private outcome: { readonly error?: Error } | undefined
  private readonly over = new AbortController()

  constructor(private readonly options: DownloadOptions) {
    const { head, base, blocks, all } = options
    this.tally = new Tally(options.onProgress)
    const onMissing = (count: number): void => this.tally.found(count)
    this.frontier = new Frontier({ head, base, blocks, all, onMissing })
    this.writer = new BlockWriter({
      blocks,
      onStored: (stored) => this.stored(stored),
      onFailed: (error) => this.finish(error),
    })
  }

  /** Runs until all is here. @throws SyncFailed, DiskFull, and the signal's reason */
  async run(signal?: AbortSignal): Promise<void> {
    const abort = (): void => this.finish(signal?.reason as Error)
    signal?.addEventListener('abort', abort)
    if (signal?.aborted === true) abort()
    await this.look(this.frontier.start())
    while (this.outcome === undefined) await this.change()
    signal?.removeEventListener('abort', abort)
    await this.writer.idle()
    if (this.outcome.error !== undefined) throw this.outcome.error
    this.tally.tell()
  }

  /** One more that has some of it; it is asked from now on. */
  addSource(link: Link): void {
    if (this.outcome !== undefined || this.sources.has(link)) return
    const source: Source = { link, lacks: new Set(), asked: new Set(), wrong: 0, gone: false }
    this.sources.set(link, source)
    for (let lane = 0; lane < lanes; lane++) {
      this.askOn(source).catch((error: unknown) => this.finish(error as Error))
    }
  }

  /** Sources may come until this work ends. */
  await(work: Promise<unknown>): void {
    this.searches++
    const done = (): void => {
      this.searches--
      this.check()
    }
    work.then(done, done)
  }

  private async askOn(source: Source): Promise<void> {
    while (this.outcome === undefined && !source.gone) {
      const cids = this.share(source)
      if (cids.length === 0) {
        await this.change()
        continue
      }
      await this.ask(source, cids)
      this.check()
    }
  }

  /** What a lane asks for next: a fair part while there is little, a full load otherwise. */
  private share({ lacks }: Source): CID[] {
    const alive = [...this.sources.values()].filter(({ gone }) => !gone).length
    const fair = Math.ceil(this.frontier.size / (alive * lanes))
    const count = Math.min(wantCids, Math.max(fair, fewCids))
    return this.frontier.take({ count, bytes: laneBytes }, (cid) => this.tally.guess(cid), lacks)
  }

  private async ask(source: Source, cids: readonly CID[]): Promise<void> {
    const { link } = source
    this.open += cids.length
    for (const cid of cids) source.asked.add(keyOf(cid))
    try {
      const { mid } = this.options.head
      await link.want(mid, cids, (blocks) => this.take(source, blocks), this.over.signal)
    } catch (error) {
      if (this.outcome !== undefined) return
      this.lose(source, error as Error)
    }
    const left = cids.filter((cid) => source.asked.delete(keyOf(cid)))
    for (const cid of left) source.lacks.add(keyOf(cid))
    this.release(left)
  }

  /** @throws PeerMisbehaved */
  private async take(source: Source, blocks: readonly Block[]): Promise<void> {
    const { name } = source.link.peer
    if (this.outcome !== undefined) return
    const good: Block[] = []
    for (const { cid, bytes } of blocks) {
      if (!source.asked.has(keyOf(cid))) {
        throw new PeerMisbehaved(name, `sent block ${cid}, which was not asked for`)
      }
      // Hashed once, while the bytes are at hand: the store takes what was made here as it is.
      const block = makeBlock(cid.code, bytes)
      if (!equal(block.cid.multihash.digest, cid.multihash.digest)) {
        this.complain(source, cid)
        continue
      }
      source.asked.delete(keyOf(cid))
      good.push(block)
      if (cid.code !== codecs.raw) void this.look(this.frontier.follow(cid, bytes))
    }
    this.tally.senders.add(name)
    await this.writer.add(good)
  }

  /** A leaf may have been damaged on its disk; anything else it has checked before it sent it. */
  private complain(source: Source, cid: CID): void {
    const { link } = source
    if (cid.code !== codecs.raw || ++source.wrong > mostWrong) {
      throw new PeerMisbehaved(link.peer.name, `sent wrong bytes for block ${cid}`)
    }
    const { mid } = this.options.head
    link.send({ type: 'wrong', mid, cid }).catch(() => undefined)
  }

  private stored(blocks: readonly Block[]): void {
    this.open -= blocks.length
    for (const { cid, bytes } of blocks) this.tally.stored(cid, bytes.length)
    this.check()
  }

  private release(cids: readonly CID[]): void {
    this.open -= cids.length
    this.frontier.putBack(cids)
    this.wake()
  }

  private lose(source: Source, error: Error): void {
    const { log, onLiar, onLost } = this.options
    if (source.gone) return
    source.gone = true
    log.debug('a source is lost', { peer: source.link.peer.name, error: String(error) })
    if (error instanceof PeerMisbehaved) onLiar(source.link, error)
    else if (!(error instanceof SyncRefused)) onLost(source.link)
  }

  private async look(following: Promise<void>): Promise<void> {
    this.looking++
    try {
      await following
    } catch (error) {
      this.finish(error as Error)
    }
    this.looking--
    this.check()
  }

  /** Is it over, or is there more to ask for? */
  private check(): void {
    if (this.outcome !== undefined) return
    const idle = this.open === 0 && this.looking === 0
    if (idle && this.frontier.size === 0) return this.finish()
    if (idle && this.searches === 0) {
      const alive = [...this.sources.values()].filter((source) => !source.gone)
      const hopeful = alive.some(({ lacks }) => this.frontier.hasFor(lacks))
      if (!hopeful) return this.finish(this.stuck(alive.length))
    }
    this.wake()
  }

  private stuck(sources: number): SyncFailed {
    const { mid } = this.options.head
    const block = this.frontier.first
    if (sources === 0) return new SyncFailed(mid, 'no provider is left')
    return new SyncFailed(mid, `no provider has block ${block} and perhaps others`)
  }

  private finish(error?: Error): void {
    if (this.outcome !== undefined) return
    const known =
      error === undefined || error instanceof LeitherError || error.name === 'AbortError'
    const { mid } = this.options.head
    this.outcome = known ? { error } : { error: new SyncFailed(mid, error.message, error) }
    this.over.abort()
    this.wake()
  }

  private change(): Promise<void> {
    return new Promise((resolve) => this.wakes.push(resolve))
  }

  private wake(): void {
    for (const wake of this.wakes.splice(0)) wake()
  }
}
