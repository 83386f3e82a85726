/** Peers as the rest of Leither sees them, kept from what libp2p says. */
import type { PeerId } from '@libp2p/interface'
import type { Log, Peer, PeerName } from '#world'
import type { Stack } from './stack.js'

export type PeerState = 'here' | 'gone'
export type PeerListener = (peer: Peer, state: PeerState) => void

/** Raw public key of a peer id; undefined where it is no Ed25519 key. */
export const publicKeyOf = (id: PeerId): Uint8Array | undefined =>
  id.type === 'Ed25519' ? id.publicKey.raw : undefined

/** Who is connected, and where each may be dialled. */
export class PeerBook {
  private readonly addresses = new Map<PeerName, readonly string[]>()
  private readonly listeners = new Set<PeerListener>()

  constructor(
    private readonly stack: Stack,
    private readonly log: Log,
  ) {
    stack.addEventListener('peer:connect', ({ detail }) => this.tell(detail, 'here'))
    stack.addEventListener('peer:disconnect', ({ detail }) => {
      this.tell(detail, 'gone')
      this.addresses.delete(detail.toString())
    })
    stack.addEventListener('peer:update', ({ detail: { peer } }) => {
      if (stack.getConnections(peer.id).length === 0) return
      const texts = peer.addresses.map(({ multiaddr }) => multiaddr.toString())
      this.addresses.set(peer.id.toString(), texts)
    })
  }

  /** The peer of an id; undefined where its key is of another kind. */
  peerOf(id: PeerId, addresses?: readonly string[]): Peer | undefined {
    const publicKey = publicKeyOf(id)
    if (publicKey === undefined) return undefined
    const name = id.toString()
    return { name, publicKey, addresses: addresses ?? this.addresses.get(name) ?? [] }
  }

  connected(): Peer[] {
    return this.stack.getPeers().flatMap((id) => this.peerOf(id) ?? [])
  }

  onPeer(listener: PeerListener): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  private tell(id: PeerId, state: PeerState): void {
    const peer = this.peerOf(id)
    if (peer === undefined) return
    this.log.debug(state === 'here' ? 'peer is here' : 'peer is gone', { peer: peer.name })
    for (const listener of [...this.listeners]) {
      try {
        listener(peer, state)
      } catch (error) {
        this.log.error('a listener to peers failed', { error: String(error) })
      }
    }
  }
}
