import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'
import { showFile } from '../../shown.js'

export const filesStat =
  ({ access }: Pick<Parts, 'access'>): Handler<'files.stat'> =>
  async ({ mid, version, path }, { principal }) =>
    showFile(await access.files(principal, mid, version).stat(path))
