import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

export const nodeCollect =
  ({ blocks, units }: Pick<Parts, 'blocks' | 'units'>): Handler<'node.collect'> =>
  async ({ dryRun }) => {
    const { keptBlocks, freedBlocks, freedBytes } = await blocks.collect({
      roots: units.roots(),
      dryRun,
    })
    return { keptBlocks, freedBlocks, freedBytes }
  }
