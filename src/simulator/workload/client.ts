/**
 * An honest client: signs transfers for its people, brings them to bookkeepers, asks again at
 * others, and says by a notice what it takes for certain (spec OL-1, D 4.2).
 */
import { toHex } from '#base'
import {
  type Effect,
  type Message,
  type MessageOf,
  type NodeName,
  type Role,
  send,
  tell,
} from '#bookkeeper'
import { type Key, keyFromSeed } from '#identity'
import { levels, type Order, type Transfer, transferId } from '#ledger'
import type { ClientPlace } from '../checker.js'
import { codes, Counter } from './counter.js'
import { Office } from './office.js'
import { type Errand, errand, Purse } from './purse.js'
import { agreed, faults, standing, wrong, type Wish } from './transfers.js'

type Sent = Errand<Transfer> | Errand<Order>

/** Transfers of one payer that are out at most. */
const mostOut = 4
/** Pulses that something stays valid; what fills a gap stays valid for ever. */
const [shortest, longest] = [3, 60]
const forEver = 2n ** 62n

const isTransfer = (sent: Sent): sent is Errand<Transfer> => 'payerSignature' in sent.signed

export class HonestClient implements Role {
  readonly #place: ClientPlace
  readonly #purses: Purse[]
  readonly #counter: Counter
  /** the first person's node is the supervisors' office as well */
  readonly #office: Office | undefined
  readonly #joined: Key[] = []
  /** what is out, by id */
  readonly #out = new Map<string, Sent>()
  /** what is wrong on purpose: brought a few times, then given up */
  readonly #hopeless = new Set<string>()
  readonly #pulseMillis: number

  constructor(place: ClientPlace) {
    const { arena, people, signatures, dice, node } = place
    this.#place = place
    this.#purses = people.map(({ key, account }) => new Purse(key, account))
    this.#counter = new Counter(arena.genesis.seating)
    this.#pulseMillis = arena.genesis.seating.charter.rules.pulseMillis
    if (arena.people[0]?.node === node.name && arena.supervisors.length > 0) {
      const { org } = arena.genesis.seating.charter
      this.#office = new Office({ org, supervisors: arena.supervisors, signatures, dice })
    }
  }

  start(): readonly Effect[] {
    return [this.#pause('work'), this.#pause('follow')]
  }

  ring(timer: string, now: number): readonly Effect[] {
    if (timer === 'work') return [...this.#work(now), this.#pause('work')]
    return [...this.#mend(now), ...this.#follow(now), this.#pause('follow')]
  }

  #pause(name: 'work' | 'follow'): Effect {
    const { arena, dice } = this.#place
    const { rate } = arena.scenario.work
    const mean = (1000 * arena.scenario.clients) / Math.max(rate, 0.001)
    const millis = name === 'work' ? dice.exponential(mean) : this.#pulseMillis / 4
    return { kind: 'timer', name, afterMillis: Math.max(1, Math.round(millis)) }
  }

  /** New work, while there is to be any. */
  #work(now: number): Effect[] {
    const { dice, arena, isWorking } = this.#place
    if (!isWorking()) return []
    const { work } = arena.scenario
    if (this.#office !== undefined && dice.chance(work.orders * arena.scenario.clients)) {
      return this.#command(this.#office, now)
    }
    const purse = this.#purses[dice.chance(work.hot) ? 0 : dice.int(this.#purses.length)]
    if (purse === undefined) return []
    if (dice.chance(work.wrong)) return this.#misdeed(purse, now)
    if (purse.gaps.length > 0 || purse.out.length >= mostOut) return []
    return this.#pay(purse, now)
  }

  /** A supervisor's order: somebody joins, is frozen or thawed. */
  #command(office: Office, now: number): Effect[] {
    const { dice, arena } = this.#place
    const until = arena.pulse + BigInt(dice.between(shortest, longest))
    const people = arena.people
    const order = dice.chance(0.5)
      ? office.join(until, now)
      : office.toggle(dice.pick(people.slice(0, 8)).key, until, now)
    return order === undefined ? [] : this.#begin(order, now)
  }

  #wish(purse: Purse, nonce: bigint): Wish {
    const { dice, arena } = this.#place
    const { work } = arena.scenario
    const others = arena.people.filter(
      ({ key }) => toHex(key.publicKey) !== toHex(purse.key.publicKey),
    )
    let payee = dice.pick(others).key
    if (this.#joined.length > 0 && dice.chance(0.1)) payee = dice.pick(this.#joined)
    if (dice.chance(work.unknown)) payee = keyFromSeed(dice.bytes(32))
    const most = purse.spendable / 20n
    return {
      org: arena.genesis.seating.charter.org,
      payer: purse.key,
      payee,
      amount: 1n + (most > 0n ? BigInt(dice.next()) % most : 0n),
      fee: BigInt(dice.int(3)),
      nonce,
      validUntil: arena.pulse + BigInt(dice.between(shortest, longest)),
      memo: dice.bytes(32),
    }
  }

  #pay(purse: Purse, now: number): Effect[] {
    const { dice, arena, signatures } = this.#place
    const wish = this.#wish(purse, 0n)
    if (wish.amount + wish.fee > purse.spendable) return []
    const numbered = { ...wish, nonce: purse.takeNonce() }
    const isStanding = dice.chance(arena.scenario.work.standing)
    const transfer = isStanding
      ? standing(numbered, signatures, numbered.amount + 1000n, numbered.validUntil + 10n)
      : agreed(numbered, signatures)
    return this.#begin(purse.send(transfer, now), now)
  }

  /** Something that has to be refused. It takes no nonce from the purse. */
  #misdeed(purse: Purse, now: number): Effect[] {
    const { dice, signatures, arena } = this.#place
    if (purse.spendable < 2n) return []
    const wish = this.#wish(purse, purse.nonce)
    const amount = wish.amount + 1n
    const fault = dice.pick(faults)
    // At pulse 0 nothing has ended yet: what would then be right must not be right otherwise.
    const nonce = fault === 'expired' || fault === 'standing expired' ? 0n : wish.nonce
    const more = arena.genesis.seating.charter.supply + 1n
    const transfer = wrong(fault, { ...wish, amount, nonce }, signatures, more, dice)
    const bad = errand(transferId(transfer.body), transfer, purse.id, now)
    this.#hopeless.add(toHex(bad.id))
    return this.#begin(bad, now)
  }

  /** Fills nonces whose transfers were refused, so that later ones pass; thaws who is frozen. */
  #mend(now: number): Effect[] {
    const effects: Effect[] = []
    for (const purse of this.#purses) {
      if (purse.gaps.length === 0 || purse.spendable <= 0n || purse.mendAt > now) continue
      purse.mendAt = now + 2 * this.#pulseMillis
      effects.push(...this.#fill(purse, now))
    }
    const { isWorking } = this.#place
    if (isWorking() || this.#office === undefined) return effects
    for (const key of this.#office.frozen()) {
      const order = this.#office.toggle(key, forEver, now)
      if (order !== undefined) effects.push(...this.#begin(order, now))
    }
    return effects
  }

  #fill(purse: Purse, now: number): Effect[] {
    const { dice, arena, signatures } = this.#place
    const others = arena.people.filter(({ key }) => key !== purse.key)
    const wish: Wish = {
      org: arena.genesis.seating.charter.org,
      payer: purse.key,
      payee: dice.pick(others).key,
      amount: 1n,
      fee: 0n,
      nonce: purse.takeNonce(),
      validUntil: forEver,
      memo: dice.bytes(32),
    }
    return this.#begin(purse.send(agreed(wish, signatures), now), now)
  }

  #begin(sent: Sent, now: number): Effect[] {
    const { dice } = this.#place
    this.#out.set(toHex(sent.id), sent)
    const effects = this.#submit(sent, now)
    if (dice.chance(0.1)) effects.push(...this.#submit(sent, now))
    return effects
  }

  /** Brings it to one bookkeeper, another one each time. */
  #submit(sent: Sent, now: number): Effect[] {
    const { dice } = this.#place
    const branches = this.#counter.branchesOf(sent.account)
    // A branch that has never answered may not be there yet, or no longer.
    const branch = branches[sent.tries === 0 ? 0 : sent.tries % branches.length]
    sent.tries++
    sent.next = now + this.#pulseMillis * (sent.tries < 3 ? 1 : 2)
    const one = dice.pick(branch.names)
    const { prefix, names } = branch
    const message: Message = isTransfer(sent)
      ? { kind: 'submit', level: levels.branch, prefix, transfer: sent.signed }
      : { kind: 'order', level: levels.branch, prefix, order: sent.signed }
    // Who does not hear from one bookkeeper tells all.
    return (sent.tries > 4 ? names : [one]).map((to) => send(to, message))
  }

  /** Asks how things stand, and brings again what nobody seems to have. */
  #follow(now: number): Effect[] {
    const effects: Effect[] = []
    for (const [name, sent] of this.#out) {
      if (sent.next > now) continue
      if (this.#hopeless.has(name) && sent.tries > 3) {
        this.#out.delete(name)
        effects.push(tell({ kind: 'refused', id: sent.id, code: 'GIVEN_UP' }))
        continue
      }
      if (sent.verdict === 'open') effects.push(...this.#submit(sent, now))
      else sent.next = now + this.#pulseMillis
      effects.push(...this.#ask(sent))
    }
    return effects
  }

  #ask({ id, account, verdict }: Sent): Effect[] {
    const { dice } = this.#place
    return this.#counter.branchesOf(account).flatMap(({ prefix, names }) => {
      const asked = verdict === 'open' ? names : [dice.pick(names)]
      return asked.map((to) => send(to, { kind: 'ask', level: levels.branch, prefix, id }))
    })
  }

  receive(from: NodeName, message: Message): readonly Effect[] {
    if (message.kind !== 'answer') return []
    const sent = this.#out.get(toHex(message.id))
    return sent === undefined ? [] : this.#hear(sent, from, message)
  }

  #hear(sent: Sent, from: NodeName, answer: MessageOf<'answer'>): readonly Effect[] {
    const verdict = this.#counter.count(sent, from, answer)
    if (verdict === undefined) return []
    const { id } = sent
    const name = toHex(id)
    const was = sent.verdict
    sent.verdict = verdict
    if (verdict !== 'accepted') this.#out.delete(name)
    if (was === 'open') this.#settle(sent)
    if (verdict === 'refused') return [tell({ kind: 'refused', id, code: String(answer.code) })]
    if (was !== 'open') return []
    return [tell({ kind: 'accepted', prefix: answer.prefix, id, height: answer.height })]
  }

  #settle(sent: Sent): void {
    if (isTransfer(sent)) {
      const isUsed = [...sent.refused.values()].includes(codes.nonceUsed)
      this.#purses.find(({ name }) => name === toHex(sent.account))?.settle(sent, isUsed)
      return
    }
    const joined = this.#office?.settle(sent)
    if (joined !== undefined) this.#joined.push(joined)
  }
}
