import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'
import { showVersions } from '../../shown.js'

export const mimeiLog =
  ({ access, blocks }: Pick<Parts, 'access' | 'blocks'>): Handler<'mimei.log'> =>
  ({ mid }, { principal }) => ({
    mid,
    versions: showVersions(access.unit(principal, mid, 'list'), blocks),
  })
