/**
 * An honest role whose words are changed on their way out, and what it hears on its way in. What
 * waits for the disk still waits, unless the liar does not care.
 */
import type { Effect, Message, NodeName, Role } from '#bookkeeper'
import type { HostilePlace } from '../checker.js'

export type Send = Extract<Effect, { kind: 'send' }>

/** What a liar does. Each is optional: what is left out is done honestly. */
export interface Lies {
  /** in the place of a message that the honest role sends */
  say?(sent: Send, now: number): readonly Effect[]
  /** whether the honest role hears this */
  hears?(from: NodeName, message: Message, now: number): boolean
  /** said besides, when something was heard */
  answer?(from: NodeName, message: Message, now: number): readonly Effect[]
  /** in the place of effects that are no messages */
  does?(effect: Effect): readonly Effect[]
  /** a timer of the liar's own; names begin with `hostile/` */
  ring?(timer: string, now: number): readonly Effect[]
  start?(now: number): readonly Effect[]
}

export const timer = (name: string, afterMillis: number): Effect => ({
  kind: 'timer',
  name: `hostile/${name}`,
  afterMillis: Math.max(1, Math.round(afterMillis)),
})

class Liar implements Role {
  readonly #honest: Role
  readonly #lies: Lies

  constructor(honest: Role, lies: Lies) {
    this.#honest = honest
    this.#lies = lies
  }

  #twist(effects: readonly Effect[], now: number): Effect[] {
    return effects.flatMap((effect) => {
      if (effect.kind === 'send') return this.#lies.say?.(effect, now) ?? [effect]
      const done = this.#lies.does?.(effect) ?? [effect]
      return done.map((one) => ('then' in one ? { ...one, then: this.#twist(one.then, now) } : one))
    })
  }

  start(now: number): readonly Effect[] {
    return [...this.#twist(this.#honest.start(now), now), ...(this.#lies.start?.(now) ?? [])]
  }

  receive(from: NodeName, message: Message, now: number): readonly Effect[] {
    const extra = this.#lies.answer?.(from, message, now) ?? []
    if (this.#lies.hears?.(from, message, now) === false) return extra
    return [...this.#twist(this.#honest.receive(from, message, now), now), ...extra]
  }

  ring(name: string, now: number): readonly Effect[] {
    if (name.startsWith('hostile/')) {
      return this.#lies.ring?.(name.slice('hostile/'.length), now) ?? []
    }
    return this.#twist(this.#honest.ring(name, now), now)
  }
}

/** Opens the honest role of a place and lets it lie. */
export const lying =
  (liesOf: (place: HostilePlace) => Lies) =>
  async (place: HostilePlace): Promise<Role> =>
    new Liar(await place.openHonest(), liesOf(place))
