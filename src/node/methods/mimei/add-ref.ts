import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

export const mimeiAddRef =
  ({ access }: Pick<Parts, 'access'>): Handler<'mimei.addRef'> =>
  async ({ mid, ids }, { principal }) => {
    const unit = access.unit(principal, mid, 'write')
    const counts = new Map<string, number>()
    for (const id of ids) counts.set(id, await unit.addRef(id))
    return { count: [...counts.values()].reduce((sum, count) => sum + count, 0) }
  }
