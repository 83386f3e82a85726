import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'
import { showFile } from '../../shown.js'

export const filesWrite =
  ({ access }: Pick<Parts, 'access'>): Handler<'files.write'> =>
  async ({ mid, path, bytes }, { principal }) =>
    showFile(await access.writableFiles(principal, mid).write(path, bytes))
