/** I16: nobody finds evidence against an honest node. */
import type { Observer } from '../checker.js'
import type { Watch } from './watch.js'

export function evidenceChecker(watch: Watch): Observer {
  return {
    name: 'I16',
    told(node, place, notice) {
      if (!node.isHonest || notice.kind !== 'evidence') return
      const accused = watch.arena.node(notice.node)
      if (accused?.isHonest !== true) return
      const who = `node ${node.index} (${place.kind} "${place.prefix}")`
      watch.fail('I16', `${who} accuses honest node ${accused.index}: ${notice.what}`)
    },
  }
}
