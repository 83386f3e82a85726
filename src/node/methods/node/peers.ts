import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

export const nodePeers =
  ({ network, peersSeen }: Pick<Parts, 'network' | 'peersSeen'>): Handler<'node.peers'> =>
  async () => {
    const { wire } = await network.ready()
    return { peers: wire.peers().map((peer) => peersSeen.show(peer)) }
  }
