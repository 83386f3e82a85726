/** The links of this node: one channel per peer that stays open, and who is left alone for now. */
import type { Clock, Log, Peer, PeerName, Wire } from '#world'
import { PeerUnreachable } from '#world'
import { PeerMisbehaved } from './errors.js'
import { type Answerer, Link } from './link.js'

export const syncProtocol = '/leither/sync/1.0.0'

/** channels that others may hold open here */
const mostAccepted = 256
const mostPerPeer = 4
/** how long a peer that lied is left alone */
const banMillis = 10 * 60 * 1000

export interface LinksOptions {
  readonly wire: Wire
  readonly clock: Clock
  readonly log: Log
  readonly answer: Answerer
  /** the link has ended */
  readonly onEnd: (link: Link) => void
}

export class Links {
  private readonly open = new Map<PeerName, Set<Link>>()
  private readonly opening = new Map<PeerName, Promise<Link>>()
  private readonly bannedUntil = new Map<PeerName, number>()
  private readonly stopAccepting: () => void
  private count = 0

  constructor(private readonly options: LinksOptions) {
    this.stopAccepting = options.wire.accept(syncProtocol, async (channel) => {
      const { name } = channel.peer
      const tooMany = this.count >= mostAccepted || (this.open.get(name)?.size ?? 0) >= mostPerPeer
      if (tooMany || this.isBanned(name)) return channel.close()
      await this.keep(new Link(channel, options.clock, options.answer))
    })
  }

  /** An open link, or a new one. @throws PeerUnreachable, PeerMisbehaved (left alone for now) */
  async to(target: PeerName | Peer): Promise<Link> {
    const { wire, clock, answer } = this.options
    let peer: PeerName | Peer = target
    if (typeof target === 'string' && target.startsWith('/')) peer = await wire.dial(target)
    const name = typeof peer === 'string' ? peer : peer.name
    if (name === wire.self().name) throw new PeerUnreachable(name, new Error('that is this node'))
    if (this.isBanned(name)) throw new PeerMisbehaved(name, 'has sent wrong data')
    const known = this.of(name)
    if (known !== undefined) return known
    const begun = this.opening.get(name)
    if (begun !== undefined) return begun
    const opened = wire.open(peer, syncProtocol).then((channel) => {
      const link = new Link(channel, clock, answer)
      void this.keep(link)
      return link
    })
    this.opening.set(name, opened)
    return opened.finally(() => this.opening.delete(name))
  }

  /** The open link to a peer, if there is one. */
  of(name: PeerName): Link | undefined {
    for (const link of this.open.get(name) ?? []) if (link.isOpen) return link
    return undefined
  }

  isBanned(name: PeerName): boolean {
    const until = this.bannedUntil.get(name)
    if (until === undefined) return false
    if (until > this.options.clock.now()) return true
    this.bannedUntil.delete(name)
    return false
  }

  /** Ends all links to a peer and takes none from it for a while. */
  ban(name: PeerName, why: string): void {
    const { clock, log } = this.options
    log.warn('a peer is left alone', { peer: name, why })
    this.bannedUntil.set(name, clock.now() + banMillis)
    for (const link of this.open.get(name) ?? []) void link.close()
  }

  async close(): Promise<void> {
    this.stopAccepting()
    const links = [...this.open.values()].flatMap((set) => [...set])
    await Promise.all(links.map((link) => link.close()))
  }

  /** Resolves when the link has ended. */
  private async keep(link: Link): Promise<void> {
    const { name } = link.peer
    const set = this.open.get(name) ?? new Set()
    this.open.set(name, set.add(link))
    this.count++
    try {
      await link.run()
    } catch (error) {
      this.options.log.debug('a link broke', { peer: name, error: String(error) })
      if (error instanceof PeerMisbehaved) this.ban(name, error.message)
    } finally {
      this.count--
      set.delete(link)
      if (set.size === 0) this.open.delete(name)
      this.options.onEnd(link)
    }
  }
}
