import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'
import { showMade } from '../../shown.js'

export const mimeiBackup =
  ({ access, signing }: Pick<Parts, 'access' | 'signing'>): Handler<'mimei.backup'> =>
  async ({ mid, memo, tags }, { principal, session }) => {
    const unit = access.unit(principal, mid, 'backup')
    return showMade(unit.mid, await unit.backup(signing.keyFor(session, unit), { memo, tags }))
  }
