import type { VersionName } from '#mimei'
import { versionNameOf } from '../../access.js'
import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

export const mimeiRestore =
  ({ access }: Pick<Parts, 'access'>): Handler<'mimei.restore'> =>
  async ({ mid, version }, { principal }) => {
    access.unit(principal, mid, 'read')
    const unit = access.unit(principal, mid, 'write')
    // The contract refuses cur.
    await unit.restore(versionNameOf(version) as Exclude<VersionName, 'cur'>)
    return { mid, version: unit.base() }
  }
