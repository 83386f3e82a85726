import { midOf } from '#base'
import { rightWords } from '#rights'
import { OwnerNeeded } from '../../errors.js'
import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

/** An app makes units of its own only: whatever it sends, they belong to it. */
export const mimeiCreate =
  ({ self, units, signing }: Pick<Parts, 'self' | 'units' | 'signing'>): Handler<'mimei.create'> =>
  async ({ mark, kind, ext, app, right, asNode }, { session }) => {
    const actingApp = session?.app
    if (asNode && (session?.owner !== true || actingApp !== undefined)) {
      throw new OwnerNeeded('mimei.create as the node')
    }
    const author = asNode ? self.key : signing.ownKey(session, 'a new unit')
    const source = { app: actingApp ?? app, ext, mark, kind }
    const isNew = mark.includes('{{auto}}') || !units.has(midOf({ ...source, author: author.id }))
    const rights = { word: right ?? rightWords.readable, entries: [] }
    const unit = await units.create(author, { ...source, rights })
    return { mid: unit.mid, kind: unit.info.kind, created: isNew }
  }
