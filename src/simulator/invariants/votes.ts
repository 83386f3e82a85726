/**
 * I10: an honest node never signs two headers for one view, and never gives a view up and
 * finalizes it, also across crashes and damaged disks. Every vote that leaves a node is looked at:
 * alone, as a proposal, or inside a certificate that anybody made.
 */
import { encode, toHex } from '#base'
import type { Message } from '#bookkeeper'
import { type Certificate, type Header, headerHash, levels } from '#ledger'
import { type VoteBody, voteBodyLayout, votes, wholeTree } from '#ledger'
import type { Observer, Sending } from '../checker.js'
import type { Watch } from './watch.js'

interface Said {
  notarize?: string
  finalize?: string
  skip?: boolean
}

export class VoteLog {
  readonly #said = new Map<string, Said>()
  readonly #watch: Watch
  readonly #seen = new WeakSet<object>()

  constructor(watch: Watch) {
    this.#watch = watch
  }

  /** Takes what a node has signed. */
  note(node: string, { level, prefix, cycle, view, kind, hash }: VoteBody): void {
    const key = `${node} ${level} ${prefix} ${cycle} ${view}`
    const said = this.#said.get(key) ?? {}
    this.#said.set(key, said)
    const name = toHex(hash)
    const whose = level === levels.root ? 'the root' : `branch "${prefix}"`
    const where = `node ${node} in view ${view} of ${whose}`
    const watch = this.#watch
    if (kind === votes.skip) said.skip = true
    else {
      const word = kind === votes.notarize ? 'notarize' : 'finalize'
      const before = said[word]
      if (before !== undefined && before !== name) {
        watch.fail('I10', `${where} votes to ${word} ${before} and ${name}`)
      }
      said[word] = name
    }
    if (said.skip === true && said.finalize !== undefined) {
      watch.fail('I10', `${where} votes to skip it and to finalize ${said.finalize}`)
    }
  }

  #members(level: number, prefix: VoteBody['prefix']): readonly Uint8Array[] {
    const { seating } = this.#watch.arena.genesis
    const committee = level === levels.root ? seating.root : seating.committee(prefix)
    return committee?.members ?? []
  }

  /** Takes the votes of honest seats in a certificate, where they are theirs. */
  certificate(certificate: Certificate): void {
    if (this.#seen.has(certificate)) return
    this.#seen.add(certificate)
    const { body, signers } = certificate
    const members = this.#members(body.level, body.prefix)
    for (const { seat, signature } of signers) {
      if (members[seat] !== undefined) this.#signed(members[seat], body, signature)
    }
  }

  #signed(publicKey: Uint8Array, body: VoteBody, signature: Uint8Array): void {
    const node = this.#watch.honest(publicKey)
    if (node === undefined) return
    const signed = encode(voteBodyLayout, body)
    const { verify } = this.#watch.arena.signatures
    if (!verify(publicKey, 'leither/ledger/vote/1', signed, signature)) return
    this.note(node.name, body)
  }

  #proposal(header: Header, level: number, signature: Uint8Array): void {
    const members = this.#members(level, header.prefix)
    const leader = members[Number(header.view % BigInt(Math.max(1, members.length)))]
    if (leader === undefined) return
    const { org, prefix, cycle, view } = header
    const kind = votes.notarize
    const at = level === levels.root ? wholeTree : prefix
    const body = { org, level, prefix: at, cycle, kind, view, hash: headerHash(header) }
    this.#signed(leader, body, signature)
  }

  watch({ message }: Pick<Sending, 'message'>): void {
    if (this.#seen.has(message)) return
    this.#seen.add(message)
    if (message.kind === 'vote') {
      const key = this.#members(message.level, message.prefix)[message.seat]
      if (key !== undefined) this.#signed(key, message.body, message.signature)
      return
    }
    if (message.kind === 'proposal') {
      this.#proposal(message.block.header, message.level, message.signature)
    }
    for (const certificate of certificatesOf(message)) this.certificate(certificate)
  }
}

function certificatesOf(message: Message): readonly Certificate[] {
  switch (message.kind) {
    case 'proposal':
      return [...message.justification, ...message.pulse.map(({ certificate }) => certificate)]
    case 'certificate':
      return [message.certificate]
    case 'blocks':
      return message.blocks.map(({ certificate }) => certificate)
    case 'report':
      return [message.report.certificate]
    case 'pulse':
      return [message.pulse.certificate]
    case 'state':
      return [message.certificate]
    default:
      return []
  }
}

export function voteChecker(watch: Watch): Observer {
  const log = new VoteLog(watch)
  return { name: 'I10', sent: (sending) => log.watch(sending) }
}
