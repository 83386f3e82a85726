import { compare, fromText } from '#base'
import type { Result } from '#api'
import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'
import { showFile } from '../../shown.js'

export const filesList =
  ({ access }: Pick<Parts, 'access'>): Handler<'files.list'> =>
  async ({ mid, version, path, after, limit }, { principal }) => {
    const tree = access.files(principal, mid, version)
    const entries: Result<'files.list'>['entries'] = []
    const last = fromText(after)
    for await (const entry of tree.list(path)) {
      // Entries come by the bytes of their names.
      if (after !== '' && compare(fromText(entry.name), last) <= 0) continue
      if (entries.length === limit) return { entries, more: true }
      entries.push(showFile(entry))
    }
    return { entries, more: false }
  }
