/** Heads of units as the network sees them. */
import type { CID } from '#base'
import type { Head, Units } from '#mimei'
import type { FlowHead, HeadKeeper } from '#network'
import { may } from '#rights'
import { guest } from './principal.js'

function flowHeadOf(head: Head): FlowHead {
  const { mid, seq, record, info, rights, versions, last, release } = head
  const { author, app } = info
  // Of one number the chosen version stands last; a provider holds all that may be asked for.
  const content = versions.filter(({ number }) => number === last || number === release)
  const newestFirst = (list: Head['versions']): CID[] => list.map(({ cid }) => cid).reverse()
  return {
    mid,
    seq,
    record,
    versions: newestFirst(versions),
    content: newestFirst(content),
    open: may(guest, 'read', { mid, author, app, rights }),
  }
}

export function makeHeadKeeper(
  units: Pick<Units, 'get' | 'has' | 'readHead' | 'takeHead'>,
): HeadKeeper {
  return {
    read: (record) => flowHeadOf(units.readHead(record)),
    current(mid) {
      const head = units.has(mid) ? units.get(mid).head() : undefined
      return head === undefined ? undefined : flowHeadOf(head)
    },
    async take(record) {
      await units.takeHead(units.readHead(record))
    },
  }
}
