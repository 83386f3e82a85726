import type { Result } from '#api'
import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

export const mimeiDiff =
  ({ access }: Pick<Parts, 'access'>): Handler<'mimei.diff'> =>
  async ({ mid, from, to, limit }, { principal }) => {
    const older = access.reading(principal, mid, from)
    const newer = access.reading(principal, mid, to)
    const changes: Result<'mimei.diff'>['changes'] = []
    for await (const { path, change } of older.unit.diff(older.version, newer.version)) {
      if (changes.length === limit) return { changes, more: true }
      changes.push({ path, change })
    }
    return { changes, more: false }
  }
