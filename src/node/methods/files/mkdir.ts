import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

export const filesMkdir =
  ({ access }: Pick<Parts, 'access'>): Handler<'files.mkdir'> =>
  async ({ mid, path }, { principal }) => {
    await access.writableFiles(principal, mid).mkdir(path)
    return {}
  }
