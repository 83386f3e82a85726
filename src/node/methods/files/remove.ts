import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

export const filesRemove =
  ({ access }: Pick<Parts, 'access'>): Handler<'files.remove'> =>
  async ({ mid, path, recursive }, { principal }) => {
    await access.writableFiles(principal, mid).remove(path, recursive)
    return {}
  }
