import type { Mid } from '#base'
import type { Blocks } from '#blocks'
import type { Clock, Disk, Log, Peer, Wire } from '#world'
import { NothingToPublish, NotPublic } from './errors.js'
import type { Flow, FlowHead, HeadKeeper } from './flow.js'
import { Follower } from './follower.js'
import { Links } from './links.js'
import { News } from './news.js'
import { Publisher } from './publisher.js'
import { headKeyspace, isNewer, readHeadOf, recordKeyOf } from './records.js'
import { Remembered } from './remembered.js'
import { type Found, Search } from './search.js'
import { Server } from './serve.js'

export interface FlowOptions {
  readonly wire: Wire
  readonly blocks: Pick<Blocks, 'get' | 'getUnchecked' | 'has' | 'hold' | 'putMany' | 'size'>
  readonly disk: Pick<Disk, 'scan' | 'write'>
  readonly clock: Clock
  readonly log: Log
  readonly heads: HeadKeeper
  /**
   * May a peer that shows this passport read the unit? Asked only for units that are not open;
   * what it throws is told to the peer.
   */
  readonly allows: (passport: string | undefined, peer: Peer, head: FlowHead) => boolean
}

/** how long `publish` waits for the hash table; the rest happens behind it */
const patienceMillis = 3000

/** Starts the flow of a node, and what it promised before it was stopped. */
export async function openFlow(options: FlowOptions): Promise<Flow> {
  const { wire, blocks, clock, heads, allows } = options
  const log = options.log.named('network')
  const remembered = await Remembered.load(options.disk)
  const listeners = new Set<(mid: Mid, seq: number) => void>()

  const vouchesFor = (mid: Mid): boolean => {
    const { published, provided } = remembered.of(mid)
    return published || provided
  }
  const server = new Server({
    blocks,
    heads,
    clock,
    log,
    allows,
    provides: vouchesFor,
    onNews: (link, record) => follower.onNews(record, link.peer.name),
  })
  const links = new Links({
    wire,
    clock,
    log,
    answer: (link, question) => server.answer(link, question),
    onEnd: (link) => server.forget(link),
  })
  const publisher = new Publisher({ wire, clock, log, heads, remembered })
  const onTaken = (head: FlowHead): void => {
    server.tell(head)
    if (head.open && vouchesFor(head.mid)) void publisher.spread(head)
    for (const listener of [...listeners]) listener(head.mid, head.seq)
  }
  const parts = { wire, links, blocks, heads, clock, log, news: new News() }
  const follower = new Follower({ ...parts, remembered, onTaken })

  /** Everybody at hand is asked, and the answers are gathered. */
  const ask = async (mid: Mid) => {
    const found: Found[] = []
    const search = new Search(parts, { mid, onFound: (one) => void found.push(one) })
    await search.run()
    return { found, listed: search.listed }
  }
  const patiently = async (work: Promise<void>): Promise<void> => {
    let stop = (): void => undefined
    const late = new Promise<void>((resolve) => {
      stop = clock.after(patienceMillis, resolve)
    })
    await Promise.race([work, late]).finally(() => stop())
  }

  return {
    async publish(mid) {
      const head = heads.current(mid)
      if (head === undefined) throw new NothingToPublish(mid)
      if (!head.open) throw new NotPublic(mid)
      await remembered.set(mid, { published: true })
      server.tell(head)
      await patiently(publisher.spread(head))
      return { seq: head.seq }
    },
    async unpublish(mid) {
      await remembered.set(mid, { published: false })
      if (!vouchesFor(mid)) await publisher.withdraw(mid)
    },
    isPublished: (mid) => remembered.of(mid).published,
    async provide(mid) {
      await remembered.set(mid, { provided: true })
      follower.follow(mid)
      await follower.pull(mid)
      const head = heads.current(mid)
      if (head?.open === true) await patiently(publisher.spread(head))
      // What turned out not to be for everyone is not spoken of in public.
      if (head?.open === false) follower.unfollow(mid)
    },
    async unprovide(mid) {
      await remembered.set(mid, { provided: false })
      follower.unfollow(mid)
      if (!vouchesFor(mid)) await publisher.withdraw(mid)
    },
    isProviding: (mid) => remembered.of(mid).provided,
    async providers(mid) {
      const { found, listed } = await ask(mid)
      const others = found
        .filter(({ peer, provides }) => provides || listed.has(peer.name))
        .map(({ peer, head }) => ({ peer, seq: head?.seq, self: false }))
      if (!vouchesFor(mid)) return others
      return [{ peer: wire.self(), seq: heads.current(mid)?.seq, self: true }, ...others]
    },
    async find(mid) {
      const [{ found }, record] = await Promise.all([
        ask(mid),
        wire.getRecord(headKeyspace, recordKeyOf(mid)),
      ])
      const noted = record === undefined ? [] : [readHeadOf(heads.read, mid, record)]
      const candidates = [heads.current(mid), ...found.map(({ head }) => head), ...noted]
      let best: FlowHead | undefined
      for (const head of candidates) {
        if (head !== undefined && (best === undefined || isNewer(head, best))) best = head
      }
      return best
    },
    sync: (mid, ways = {}) => follower.sync(mid, ways),
    onUpdate(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async close() {
      publisher.close()
      await follower.close()
      await links.close()
    },
  }
}
