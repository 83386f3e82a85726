import type { VersionName } from '#mimei'
import { versionNameOf } from '../../access.js'
import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'
import { showMade } from '../../shown.js'

export const mimeiRelease =
  ({ access, signing }: Pick<Parts, 'access' | 'signing'>): Handler<'mimei.release'> =>
  async ({ mid, version }, { principal, session }) => {
    const unit = access.unit(principal, mid, 'release')
    // The contract refuses cur.
    const name = versionNameOf(version) as Exclude<VersionName, 'cur'>
    return showMade(unit.mid, await unit.release(signing.keyFor(session, unit), name))
  }
