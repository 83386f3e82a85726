import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'
import { newest, showUnit, showVersion, showVersions } from '../../shown.js'

type Used = Pick<Parts, 'access' | 'blocks' | 'network' | 'sizes'>

export const mimeiShow =
  ({ access, blocks, network, sizes }: Used): Handler<'mimei.show'> =>
  async ({ mid }, { principal }) => {
    const unit = access.unit(principal, mid, 'list')
    const last = newest(unit)
    const head = unit.head()
    return {
      ...(await showUnit(unit, { principal, network, sizes, inList: false })),
      cid: last?.cid.toString() ?? null,
      root: last?.root.toString() ?? null,
      base: unit.base(),
      entries: unit.rights().entries.map(({ key, may }) => ({ key, may: [...may] })),
      defaultApp: head?.defaultApp ?? null,
      seq: head?.seq ?? 0,
      versions: showVersions(unit, blocks),
      behind: unit.behind(),
      conflicts: unit.conflicts().map((version) => showVersion(version, blocks)),
    }
  }
