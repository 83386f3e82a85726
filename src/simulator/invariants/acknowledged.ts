/**
 * I13 and liveness: what bookkeepers have accepted stays in history, and what honest clients asked
 * for comes to an end.
 */
import { toHex } from '#base'
import { accountOf, covers, orderId, transferId } from '#ledger'
import type { Observer } from '../checker.js'
import type { Watch } from './watch.js'

export function acknowledgedChecker(watch: Watch): Observer {
  const { oracle, arena } = watch
  const accepted = new Map<string, string>()
  const open = new Map<string, string>()
  const refused = new Set<string>()
  const isCaptured = (id: Uint8Array): boolean =>
    oracle.newest.table.some(({ prefix }) => oracle.isCaptured(prefix) && covers(prefix, id))
  return {
    name: 'I13 LIVE',
    sent({ from, place, message }) {
      if (place.kind !== 'client' || arena.node(from)?.isHonest !== true) return
      if (message.kind !== 'submit' && message.kind !== 'order') return
      const isTransfer = message.kind === 'submit'
      const id = isTransfer ? transferId(message.transfer.body) : orderId(message.order.body)
      const name = toHex(id)
      if (open.has(name) || refused.has(name)) return
      const account = isTransfer
        ? message.transfer.body.payer
        : accountOf(message.order.body.publicKey)
      if (isCaptured(account)) return
      open.set(name, `${isTransfer ? 'transfer' : 'order'} ${name.slice(0, 12)} of ${from}`)
    },
    told(node, place, notice) {
      if (!node.isHonest) return
      if (notice.kind === 'accepted' && !oracle.isCaptured(notice.prefix)) {
        const who = `${place.kind} of node ${node.index} at height ${notice.height}`
        accepted.set(toHex(notice.id), who)
      }
      if (notice.kind === 'refused' && place.kind === 'client') {
        const name = toHex(notice.id)
        refused.add(name)
        open.delete(name)
      }
    },
    owed() {
      const owed: string[] = []
      for (const [name, what] of open) {
        if (oracle.ledger.done.has(name)) open.delete(name)
        else owed.push(what)
      }
      return owed
    },
    atEnd() {
      for (const [name, who] of accepted) {
        if (oracle.ledger.done.has(name)) continue
        watch.fail('I13', `${name} was accepted (${who}) and is in no finalized block`)
      }
    },
  }
}
