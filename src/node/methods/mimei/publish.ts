import { may } from '#rights'
import { askedOf } from '../../asked.js'
import { NotBackedUp, UnitNotPublic } from '../../errors.js'
import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'
import { guest } from '../../principal.js'
import { newest } from '../../shown.js'

export const mimeiPublish =
  ({ access, network }: Pick<Parts, 'access' | 'network'>): Handler<'mimei.publish'> =>
  async ({ mid }, { principal }) => {
    const unit = access.unit(principal, mid, 'backup')
    if (!may(guest, 'read', askedOf(unit))) throw new UnitNotPublic(mid)
    const last = newest(unit)
    if (last === undefined) throw new NotBackedUp(mid)
    const { flow } = await network.ready()
    const { seq } = await flow.publish(unit.mid)
    return { mid, version: last.number, cid: last.cid.toString(), seq }
  }
