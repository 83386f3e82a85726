/**
 * A branch whose bookkeepers are all hostile: its headers are certified, whatever they say. The
 * firewall must keep the rest of the organization whole.
 */
import { keyId, toHex } from '#base'
import { type Effect, type Message, type MessageOf, type NodeName, send } from '#bookkeeper'
import { type Header, headerHash, levels, votes } from '#ledger'
import { marksNeeded } from '#organization'
import type { HostileKind, HostilePlace } from '../checker.js'
import { alliedCertificate, voteBody } from './forge.js'
import { type Lies, lying } from './wrapped.js'

/** A header as somebody who answers to nobody would like it. */
function wished(header: Header, { dice, arena }: HostilePlace): Header {
  const { supply } = arena.genesis.seating.charter
  const much = BigInt(dice.between(1, 5000))
  return dice.pick<() => Header>([
    // Minted, as if it had come from elsewhere; or with no excuse at all.
    () => ({ ...header, total: header.total + much, cumIn: header.cumIn + much }),
    () => ({ ...header, total: header.total + much }),
    () => ({ ...header, total: header.total + much, cumOut: header.cumOut - much }),
    () => ({ ...header, total: supply + 1n, cumIn: header.cumIn + supply + 1n - header.total }),
    () => ({ ...header, cumDebit: header.cumDebit + supply }),
    () => ({ ...header, cumDebit: 0n, cumOut: 0n, cumIn: 0n }),
    () => ({ ...header, cumOut: header.cumOut + much, cumIn: header.cumIn + much }),
    () => ({ ...header, pulseSeen: header.pulseSeen + 1000n }),
    () => ({ ...header, prev: dice.bytes(32) }),
  ])()
}

const keepersOf = ({ arena, place }: HostilePlace): number =>
  arena.genesis.seating.keepers(place.prefix).length
const rootOf = ({ arena }: HostilePlace): NodeName[] =>
  arena.genesis.seating.root.members.map((key) => keyId(key))

function overdrawing(place: HostilePlace): Lies {
  const { dice } = place
  /** forged reports that wait for the keepers' marks */
  const waiting = new Map<string, { report: MessageOf<'report'> }>()
  /** headers that were forged once */
  const forgedFrom = new Set<string>()
  const data = new Map<string, { header: Header; to: NodeName[]; data: Uint8Array }>()

  const forge = (message: MessageOf<'report'>, to: NodeName): Effect[] => {
    const { report } = message
    const last = report.headers.at(-1)
    if (last === undefined) return []
    const name = toHex(headerHash(last))
    if (forgedFrom.has(name)) return []
    forgedFrom.add(name)
    let header: Header
    try {
      header = wished(last, place)
      headerHash(header)
    } catch {
      return []
    }
    const { view, cycle } = header
    const body = { ...voteBody(place, votes.finalize, view, headerHash(header)), cycle }
    const forged = {
      ...message,
      report: {
        ...report,
        headers: [...report.headers.slice(0, -1), header],
        certificate: alliedCertificate(place, body),
        marks: [],
      },
    }
    const kept = data.get(name)
    const held = toHex(headerHash(header))
    waiting.set(held, { report: forged })
    const { level, prefix } = place.place
    const keeps = (kept?.to ?? []).map((keeper) =>
      send(keeper, { kind: 'keep', level, prefix, header, data: kept?.data ?? new Uint8Array(0) }),
    )
    // Without the keepers' marks the root would not look at it.
    return keeps.length === 0 ? [send(to, forged)] : keeps
  }

  return {
    say(sent) {
      const { message, to } = sent
      if (message.kind === 'keep') {
        const name = toHex(headerHash(message.header))
        const known = data.get(name) ?? { header: message.header, to: [], data: message.data }
        known.to.push(to)
        if (data.size < 500) data.set(name, known)
        return [sent]
      }
      if (message.kind !== 'report') return [sent]
      return dice.chance(0.5)
        ? [sent]
        : [...forge(message, to), ...(dice.chance(0.5) ? [sent] : [])]
    },
    answer(_from, message: Message) {
      if (message.kind !== 'mark') return []
      const found = waiting.get(toHex(message.headerHash))
      if (found === undefined) return []
      const { report } = found.report
      if (report.marks.some(({ keeper }) => keeper === message.mark.keeper)) return []
      const marks = [...report.marks, message.mark].sort((a, b) => a.keeper - b.keeper)
      found.report = { ...found.report, report: { ...report, marks } }
      if (marks.length < marksNeeded(keepersOf(place))) return []
      return rootOf(place).map((to) => send(to, found.report))
    },
  }
}

export const overdrawer: HostileKind = {
  name: 'overdrawer',
  does: 'signs headers that take more than was ever sent; in a captured branch they are certified',
  where: ['branch'],
  open: async (place) => {
    const honest = place.openHonest()
    return place.place.level === levels.branch ? lying(overdrawing)(place) : honest
  },
}
