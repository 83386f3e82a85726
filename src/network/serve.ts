/** The answering side of the sync protocol: heads and blocks of the units that this node holds. */
import { type CID, codecs, equal, LeitherError, type Mid } from '#base'
import type { Block, Blocks } from '#blocks'
import type { Clock, Log, Peer } from '#world'
import type { FlowHead, HeadKeeper } from './flow.js'
import { type Question, watchMids } from './frames.js'
import type { Link } from './link.js'
import { Reach } from './reach.js'

export interface ServeOptions {
  readonly blocks: Pick<Blocks, 'get' | 'getUnchecked' | 'has' | 'size'>
  readonly heads: Pick<HeadKeeper, 'current'>
  readonly clock: Clock
  readonly log: Log
  /** May a peer that shows this passport read the unit? @throws LeitherError saying why not */
  readonly allows: (passport: string | undefined, peer: Peer, head: FlowHead) => boolean
  /** Does this node hold the unit for others? */
  readonly provides: (mid: Mid) => boolean
  readonly onNews: (link: Link, record: Uint8Array) => void
}

/** bytes of one frame of blocks, roughly */
const frameBytes = 1024 * 1024
/** answers to `want` that run at once on a link, and that may wait */
const mostRunning = 4
const mostQueued = 64
/** short answers that a peer may leave unread before its link is ended */
const mostUnread = 512
/** blocks that are checked because a peer of one link asks for it */
const mostComplaints = 64
/** units whose reach is remembered */
const mostReaches = 256

interface Guest {
  /** mid -> passport shown, for what was granted on this link */
  readonly granted: Map<string, string | undefined>
  readonly watched: Set<string>
  readonly cancelled: Set<number>
  readonly queued: Extract<Question, { type: 'want' }>[]
  running: number
  unread: number
  complaints: number
}

export class Server {
  private readonly guests = new Map<Link, Guest>()
  private readonly reaches = new Map<string, { record: Uint8Array; reach: Reach }>()

  constructor(private readonly options: ServeOptions) {}

  answer(link: Link, question: Question): void {
    const guest = this.guestOf(link)
    switch (question.type) {
      case 'ask':
        return this.answerAsk(link, guest, question)
      case 'want':
        if (guest.queued.length >= mostQueued) {
          return this.refuse(link, question.id, 'TOO_BUSY', 'too many questions at once')
        }
        guest.queued.push(question)
        return this.runQueued(link, guest)
      case 'cancel':
        if (guest.cancelled.size < mostQueued) guest.cancelled.add(question.id)
        return
      case 'wrong':
        return void this.lookAt(guest, question)
      case 'watch':
        return this.answerWatch(link, guest, question.mids as readonly Mid[])
      case 'news':
        return this.options.onNews(link, question.record)
    }
  }

  forget(link: Link): void {
    this.guests.delete(link)
  }

  /** Tells all who watch the unit of a head. @param except knows it already */
  tell(head: FlowHead, except?: Link): void {
    for (const [link, guest] of this.guests) {
      if (link === except || !link.isOpen || !guest.watched.has(head.mid)) continue
      if (this.mayRead(link, guest, head)) this.sendNews(link, head)
    }
  }

  private answerAsk(link: Link, guest: Guest, ask: Extract<Question, { type: 'ask' }>): void {
    const { id, passport } = ask
    const mid = ask.mid as Mid
    const head = this.options.heads.current(mid)
    if (head === undefined)
      return this.send(link, { type: 'head', id, record: null, provides: false })
    try {
      if (!this.isAllowed(link, head, passport ?? undefined)) {
        return this.refuse(link, id, 'SYNC_NOT_ALLOWED', 'it is not for everyone')
      }
    } catch (error) {
      const { code, message } = error as LeitherError
      if (!(error instanceof LeitherError)) throw error
      return this.refuse(link, id, code, message)
    }
    this.grant(guest, mid, passport ?? undefined)
    if (ask.watch) this.addWatch(guest, mid)
    const provides = this.options.provides(mid)
    this.send(link, { type: 'head', id, record: head.record, provides })
  }

  private answerWatch(link: Link, guest: Guest, mids: readonly Mid[]): void {
    for (const mid of mids) {
      if (!this.addWatch(guest, mid)) return
      const head = this.options.heads.current(mid)
      if (head?.open === true && this.options.provides(mid)) this.sendNews(link, head)
    }
  }

  private sendNews(link: Link, head: FlowHead): void {
    this.send(link, { type: 'news', record: head.record })
  }

  private addWatch(guest: Guest, mid: string): boolean {
    if (guest.watched.size >= watchMids && !guest.watched.has(mid)) return false
    guest.watched.add(mid)
    return true
  }

  private grant(guest: Guest, mid: string, passport: string | undefined): void {
    guest.granted.delete(mid)
    guest.granted.set(mid, passport)
    const [oldest] = guest.granted.keys()
    if (guest.granted.size > watchMids) guest.granted.delete(oldest)
  }

  private isAllowed(link: Link, head: FlowHead, passport: string | undefined): boolean {
    return head.open || this.options.allows(passport, link.peer, head)
  }

  /** Asked anew each time: rights change and passports expire. */
  private mayRead(link: Link, guest: Guest, head: FlowHead): boolean {
    try {
      return head.open || this.isAllowed(link, head, guest.granted.get(head.mid))
    } catch {
      return false
    }
  }

  private runQueued(link: Link, guest: Guest): void {
    while (guest.running < mostRunning) {
      const want = guest.queued.shift()
      if (want === undefined) return
      guest.running++
      this.answerWant(link, guest, want)
        .catch((error: unknown) => {
          this.options.log.debug('an answer broke off', { error: String(error) })
          this.refuse(link, want.id, 'ANSWER_FAILED', 'it cannot be read here')
        })
        .finally(() => {
          guest.running--
          guest.cancelled.delete(want.id)
          this.runQueued(link, guest)
        })
    }
  }

  private async answerWant(
    link: Link,
    guest: Guest,
    { id, mid, cids }: Extract<Question, { type: 'want' }>,
  ): Promise<void> {
    const head = this.options.heads.current(mid as Mid)
    const granted = guest.granted.has(mid) && head !== undefined
    if (!granted || !this.mayRead(link, guest, head)) {
      return this.refuse(link, id, 'SYNC_NOT_ALLOWED', 'ask for its head first')
    }
    const reach = this.reachOf(head)
    const missing: CID[] = []
    let sent = Promise.resolve()
    for (let at = 0; at < cids.length && link.isOpen && !guest.cancelled.has(id);) {
      const group: CID[] = []
      for (let bytes = 0; at < cids.length && bytes < frameBytes; at++) {
        const cid = cids[at]
        const size = (await reach.has(cid)) ? this.options.blocks.size(cid) : undefined
        if (size === undefined) missing.push(cid)
        else group.push(cid)
        bytes += size ?? 0
      }
      const blocks = await this.read(group, reach, missing)
      // The next group is read while this one is on its way.
      await sent
      sent = blocks.length === 0 ? sent : link.send({ type: 'blocks', id, blocks })
      sent.catch(() => undefined)
    }
    await sent
    await link.send({ type: 'end', id, missing })
  }

  private async read(cids: readonly CID[], reach: Reach, missing: CID[]): Promise<Block[]> {
    const { blocks } = this.options
    const found = await Promise.all(
      cids.map(async (cid) => {
        try {
          // Leaves are checked by whoever gets them, and lead nowhere.
          if (cid.code === codecs.raw) return { cid, bytes: await blocks.getUnchecked(cid) }
          const bytes = await blocks.get(cid)
          reach.expand(cid, bytes)
          return { cid, bytes }
        } catch (error) {
          this.options.log.warn('a block cannot be served', { cid: `${cid}`, error: String(error) })
          missing.push(cid)
          return undefined
        }
      }),
    )
    return found.filter((block) => block !== undefined)
  }

  /** A peer got wrong bytes from here: the check marks the block as damaged where it is. */
  private async lookAt(
    guest: Guest,
    { mid, cid }: Extract<Question, { type: 'wrong' }>,
  ): Promise<void> {
    const { blocks, heads, log } = this.options
    const head = heads.current(mid as Mid)
    if (head === undefined || !guest.granted.has(mid) || ++guest.complaints > mostComplaints) return
    try {
      if (await this.reachOf(head).has(cid)) await blocks.get(cid)
    } catch (error) {
      log.warn('a block is damaged; sync its unit to repair it', { mid, error: String(error) })
    }
  }

  private reachOf(head: FlowHead): Reach {
    const known = this.reaches.get(head.mid)
    this.reaches.delete(head.mid)
    const same = known !== undefined && equal(known.record, head.record)
    const { blocks, clock } = this.options
    const roots = [...head.versions, ...head.content]
    const reach = same ? known.reach : new Reach(roots, blocks, clock)
    this.reaches.set(head.mid, { record: head.record, reach })
    const [oldest] = this.reaches.keys()
    if (this.reaches.size > mostReaches) this.reaches.delete(oldest)
    return reach
  }

  private guestOf(link: Link): Guest {
    let guest = this.guests.get(link)
    if (guest === undefined) {
      guest = {
        granted: new Map(),
        watched: new Set(),
        cancelled: new Set(),
        queued: [],
        running: 0,
        unread: 0,
        complaints: 0,
      }
      this.guests.set(link, guest)
    }
    return guest
  }

  private refuse(link: Link, id: number, code: string, message: string): void {
    this.send(link, { type: 'refuse', id, code, message: message.slice(0, 1000) })
  }

  private send(link: Link, frame: Parameters<Link['send']>[0]): void {
    const guest = this.guestOf(link)
    if (++guest.unread > mostUnread) void link.close()
    const done = (): void => void guest.unread--
    link.send(frame).then(done, done)
  }
}
