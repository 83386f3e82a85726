import type { KeyId } from '#base'
import { may, type UnitRights } from '#rights'
import { askedOf } from '../../asked.js'
import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'
import { guest } from '../../principal.js'

type Used = Pick<Parts, 'access' | 'signing' | 'network'>

/** What is closed again is told of no longer. */
export const mimeiRight =
  ({ access, signing, network }: Used): Handler<'mimei.right'> =>
  async ({ mid, right, entries }, { principal, session }) => {
    const unit = access.unit(principal, mid, 'grant')
    if (right !== undefined || entries !== undefined) {
      const before = unit.rights()
      const named = entries?.map(({ key, may }) => ({ key: key as KeyId, may }))
      const rights: UnitRights = { word: right ?? before.word, entries: named ?? before.entries }
      await unit.setRights(signing.keyFor(session, unit), rights)
      const flow = network.now()?.flow
      if (flow?.isPublished(unit.mid) === true && !may(guest, 'read', askedOf(unit))) {
        await flow.unpublish(unit.mid)
      }
    }
    const { word, entries: now } = unit.rights()
    return { mid, right: word, entries: now.map(({ key, may }) => ({ key, may: [...may] })) }
  }
