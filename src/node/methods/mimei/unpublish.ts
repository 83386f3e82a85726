import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

export const mimeiUnpublish =
  ({ access, network }: Pick<Parts, 'access' | 'network'>): Handler<'mimei.unpublish'> =>
  async ({ mid }, { principal }) => {
    const unit = access.unit(principal, mid, 'backup')
    const { flow } = await network.ready()
    await flow.unpublish(unit.mid)
    return {}
  }
