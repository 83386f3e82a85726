import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

export const nodeConnect =
  ({ network, peersSeen }: Pick<Parts, 'network' | 'peersSeen'>): Handler<'node.connect'> =>
  async ({ address }) => {
    const { wire } = await network.ready()
    return peersSeen.show(await wire.dial(address))
  }
