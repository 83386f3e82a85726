import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

export const filesRename =
  ({ access }: Pick<Parts, 'access'>): Handler<'files.rename'> =>
  async ({ mid, from, to }, { principal }) => {
    await access.writableFiles(principal, mid).rename(from, to)
    return {}
  }
