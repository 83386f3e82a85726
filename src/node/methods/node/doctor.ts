import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

export const nodeDoctor =
  ({ blocks, units }: Pick<Parts, 'blocks' | 'units'>): Handler<'node.doctor'> =>
  async (_, { progress }) => {
    const checked = await blocks.check((done) => progress?.({ done, total: null, unit: 'blocks' }))
    const problems = await units.check()
    return {
      blocks: checked.blocks,
      corrupt: checked.corrupt.map(String),
      problems: problems.map(({ mid, problem, repaired }) => ({ mid, problem, repaired })),
    }
  }
