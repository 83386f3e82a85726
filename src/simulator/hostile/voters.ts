/** Voters that lie: two votes where there is one, none at all, old certificates as new ones. */
import { type Effect, type Message, send } from '#bookkeeper'
import { type Certificate, votes } from '#ledger'
import type { HostileKind, HostilePlace } from '../checker.js'
import { forgeVote, othersOf, seatOf, signVote } from './forge.js'
import { type Lies, lying, timer } from './wrapped.js'

function doubling(place: HostilePlace): Lies {
  const { dice } = place
  const blocks = new Map<bigint, Uint8Array[]>()
  return {
    answer(_from, message) {
      // Votes for whatever anybody else has voted for, and to skip it, and to finalize it.
      if (message.kind !== 'vote' || message.level !== place.place.level) return []
      if (message.prefix !== place.place.prefix) return []
      const { body } = message
      const known = blocks.get(body.view) ?? []
      if (known.length > 8 || blocks.size > 5000) return []
      blocks.set(body.view, [...known, body.hash])
      const zero = new Uint8Array(32)
      const hash = body.kind === votes.skip ? dice.bytes(32) : body.hash
      const all = [
        { ...body, kind: votes.notarize, hash },
        { ...body, kind: votes.finalize, hash },
        { ...body, kind: votes.skip, hash: zero },
        { ...body, kind: votes.finalize, hash: dice.bytes(32) },
      ]
      return dice
        .some(all, 2)
        .flatMap((one) => othersOf(place).map((to) => send(to, forgeVote(place, one))))
    },
  }
}

export const doubleVoter: HostileKind = {
  name: 'double voter',
  does: 'votes for every block of a view, to skip it and to finalize it, all at once',
  where: ['root', 'branch'],
  open: lying(doubling),
}

export const silentVoter: HostileKind = {
  name: 'silent voter',
  does: 'hears everything and never votes',
  where: ['root', 'branch'],
  open: lying(() => ({
    say: (sent) =>
      ['vote', 'proposal', 'certificate', 'recalled'].includes(sent.message.kind) ? [] : [sent],
  })),
}

/** Keeps what it heard, and says it again later: as it was, or with another name on it. */
function replaying(place: HostilePlace): Lies {
  const { dice, arena } = place
  const heard: Message[] = []
  const { branches } = arena.genesis.seating.charter
  const twisted = (message: Message): Message => {
    const prefix = dice.chance(0.3) ? dice.pick(branches) : message.prefix
    if (message.kind === 'submit' && dice.chance(0.3)) {
      const { body } = message.transfer
      const transfer = { ...message.transfer, body: { ...body, org: dice.bytes(20) } }
      return { ...message, prefix, transfer }
    }
    return { ...message, prefix }
  }
  return {
    start: () => [timer('replay', 500)],
    answer(_from, message) {
      if (heard.length < 400) heard.push(message)
      else if (dice.chance(0.05)) heard[dice.int(heard.length)] = message
      return []
    },
    ring() {
      const effects: Effect[] = [timer('replay', dice.between(100, 900))]
      if (arena.phase !== 'chaos') return effects
      const names = arena.nodes.map(({ name }) => name)
      for (let i = 0; i < 4 && heard.length > 0; i++) {
        effects.push(send(dice.pick(names), twisted(dice.pick(heard))))
      }
      return effects
    },
  }
}

export const replayer: HostileKind = {
  name: 'replayer',
  does: 'says old messages again: old views, other branches, other organizations',
  where: ['root', 'branch', 'keeper'],
  open: lying(replaying),
}

/** A quorum that is one seat, again and again. */
function selfMade(place: HostilePlace, like: Certificate): Certificate {
  const { dice, node } = place
  const kind = dice.pick([votes.notarize, votes.skip, votes.finalize])
  const hash = kind === votes.skip ? new Uint8Array(32) : like.body.hash
  const view = like.body.view + BigInt(dice.int(2))
  const isLike = like.body.kind !== votes.skip
  const body = { ...like.body, kind: isLike ? kind : votes.skip, view, hash }
  const vote = { seat: seatOf(place), signature: signVote(place, node.key, body) }
  return { body, signers: othersOf(place).map(() => vote) }
}

function stale(place: HostilePlace): Lies {
  const { dice } = place
  const old: Certificate[] = []
  const keep = (certificate: Certificate): void => {
    if (old.length < 64) old.push(certificate)
  }
  const changed = (certificate: Certificate): Certificate => {
    if (old.length === 0 || dice.chance(0.4)) return certificate
    const { signers, body } = certificate
    const [first] = signers
    return dice.pick([
      dice.pick(old),
      selfMade(place, certificate),
      selfMade(place, certificate),
      { body, signers: signers.slice(1) },
      { body, signers: first === undefined ? [] : signers.map(() => first) },
      { body: { ...body, view: body.view + 1n }, signers },
      { body: { ...body, kind: votes.finalize }, signers },
    ])
  }
  return {
    answer(_from, message) {
      if (message.kind === 'vote' && message.level === place.place.level && dice.chance(0.2)) {
        const { level, prefix, body } = message
        if (prefix !== place.place.prefix) return []
        const certificate = selfMade(place, { body, signers: [] })
        return othersOf(place).map((to) =>
          send(to, { kind: 'certificate', level, prefix, certificate }),
        )
      }
      if (message.kind === 'certificate') keep(message.certificate)
      return []
    },
    say(sent) {
      const { message, to } = sent
      if (message.kind === 'certificate') {
        return [send(to, { ...message, certificate: changed(message.certificate) })]
      }
      if (message.kind === 'report') {
        const { report } = message
        return [
          send(to, { ...message, report: { ...report, certificate: changed(report.certificate) } }),
        ]
      }
      if (message.kind === 'blocks') {
        const blocks = message.blocks.map((one) => ({
          ...one,
          certificate: changed(one.certificate),
        }))
        return [send(to, { ...message, blocks })]
      }
      return [sent]
    },
  }
}

export const staleCertifier: HostileKind = {
  name: 'stale certifier',
  does: 'sends old, cut or relabelled certificates where new ones belong',
  where: ['root', 'branch'],
  open: lying(stale),
}

/** Signatures that are none. What they cost others must stay bounded. */
function flooding(place: HostilePlace): Lies {
  const { dice, arena } = place
  let left = 3000
  return {
    start: () => [timer('flood', dice.between(500, 5000))],
    ring() {
      if (arena.phase !== 'chaos' || left <= 0) return []
      const others = othersOf(place)
      if (others.length === 0) return []
      const victim = dice.pick(others)
      const effects: Effect[] = [timer('flood', dice.between(50, 400))]
      for (let i = 0; i < 60; i++) effects.push(send(victim, junk(place)))
      left -= 60
      return effects
    },
  }
}

function junk(place: HostilePlace): Message {
  const { dice, arena } = place
  const { level, prefix } = place.place
  const { org } = arena.genesis.seating.charter
  const signature = dice.bytes(64)
  const view = BigInt(dice.int(1000))
  const kind = dice.pick([votes.notarize, votes.skip, votes.finalize])
  const hash = kind === votes.skip ? new Uint8Array(32) : dice.bytes(32)
  const body = { org, level, prefix, cycle: 0, kind, view, hash }
  const seat = dice.int(4)
  if (dice.chance(0.7)) return { kind: 'vote', level, prefix, body, seat, signature }
  const signers = [0, 1, 2].map((one) => ({ seat: one, signature: dice.bytes(64) }))
  return { kind: 'certificate', level, prefix, certificate: { body, signers } }
}

export const flooder: HostileKind = {
  name: 'flooder',
  does: 'sends thousands of votes and certificates whose signatures are none',
  where: ['root', 'branch'],
  open: lying(flooding),
}
