import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'
import { showFile } from '../../shown.js'

export const filesTruncate =
  ({ access }: Pick<Parts, 'access'>): Handler<'files.truncate'> =>
  async ({ mid, path, size }, { principal }) =>
    showFile(await access.writableFiles(principal, mid).truncate(path, size))
