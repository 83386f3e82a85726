import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'
import { showFile } from '../../shown.js'

export const filesAppend =
  ({ access }: Pick<Parts, 'access'>): Handler<'files.append'> =>
  async ({ mid, path, bytes }, { principal }) =>
    showFile(await access.writableFiles(principal, mid).append(path, bytes))
