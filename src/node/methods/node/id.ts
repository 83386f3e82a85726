import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

export const nodeId =
  ({ self, accounts }: Pick<Parts, 'self' | 'accounts'>): Handler<'node.id'> =>
  () => ({
    id: self.key.id,
    version: self.version,
    name: self.name,
    claimed: accounts.claimed(),
  })
