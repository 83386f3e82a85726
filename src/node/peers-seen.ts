/** Since when each peer is connected. */
import type { Result } from '#api'
import { keyId } from '#base'
import type { Clock, Peer, Wire } from '#world'

type ShownPeer = Result<'node.connect'>

export interface PeersSeen {
  /** Keeps the time from now on. @returns a function that stops it */
  watch(wire: Pick<Wire, 'onPeer' | 'peers'>): () => void
  show(peer: Peer): ShownPeer
}

export function openPeersSeen(clock: Pick<Clock, 'now'>): PeersSeen {
  const since = new Map<string, number>()
  return {
    watch(wire) {
      for (const { name } of wire.peers()) since.set(name, clock.now())
      return wire.onPeer(({ name }, state) => {
        if (state === 'gone') since.delete(name)
        else if (!since.has(name)) since.set(name, clock.now())
      })
    },
    show: ({ name, publicKey, addresses }) => ({
      id: keyId(publicKey),
      peer: name,
      addresses: [...addresses],
      since: since.get(name) ?? clock.now(),
    }),
  }
}
