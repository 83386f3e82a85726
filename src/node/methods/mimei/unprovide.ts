import type { Mid } from '#base'
import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

export const mimeiUnprovide =
  ({ network }: Pick<Parts, 'network'>): Handler<'mimei.unprovide'> =>
  async ({ mid }) => {
    const { flow } = await network.ready()
    await flow.unprovide(mid as Mid)
    return {}
  }
