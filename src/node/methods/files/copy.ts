import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

export const filesCopy =
  ({ access }: Pick<Parts, 'access'>): Handler<'files.copy'> =>
  async ({ mid, from, to }, { principal }) => {
    await access.writableFiles(principal, mid).copy(from, to)
    return {}
  }
