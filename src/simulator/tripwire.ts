/**
 * While a role runs, the real clock, chance and timers throw (spec OL-1, D 4.2, point 1): a role
 * that reads them would run differently the second time.
 */
import nodeCrypto from 'node:crypto'
import { TripwireTouched } from './errors.js'

export interface Tripwire {
  /** Runs a role's code. What it touches throws `TripwireTouched`. */
  guard<T>(run: () => T): T
  /** The same for code that opens a role and waits for its rows. */
  guardAsync<T>(run: () => Promise<T>): Promise<T>
  /** Puts the globals back. */
  remove(): void
}

type Holder = Record<string, unknown>

const wired: readonly (readonly [name: string, holder: object, member: string])[] = [
  ['the clock (Date)', Date, 'now'],
  ['chance (Math)', Math, 'random'],
  ['a timer', globalThis, 'setTimeout'],
  ['a repeating timer', globalThis, 'setInterval'],
  ['an immediate', globalThis, 'setImmediate'],
  ['the clock (performance)', performance, 'now'],
  ['chance (crypto)', nodeCrypto, 'randomBytes'],
  ['chance (crypto)', nodeCrypto, 'randomInt'],
  ['chance (crypto)', nodeCrypto, 'randomUUID'],
  ['chance (crypto)', globalThis.crypto, 'getRandomValues'],
]

let armed = 0

/**
 * Lays the wire. One at a time.
 * @param publish makes what is changed in node:crypto reach those who imported it by name
 */
export function layTripwire(publish: () => void = () => undefined): Tripwire {
  const restore = wired.map(([name, holder, member]) => {
    const before = Object.getOwnPropertyDescriptor(holder, member)
    const original = (holder as Holder)[member] as (...args: unknown[]) => unknown
    Object.defineProperty(holder, member, {
      configurable: true,
      writable: true,
      enumerable: before?.enumerable ?? false,
      value(this: unknown, ...args: unknown[]): unknown {
        if (armed > 0) throw new TripwireTouched(name)
        return Reflect.apply(original, this, args)
      },
    })
    return () => {
      if (before === undefined) delete (holder as Holder)[member]
      else Object.defineProperty(holder, member, before)
    }
  })
  publish()
  return {
    guard(run) {
      armed++
      try {
        return run()
      } finally {
        armed--
      }
    },
    async guardAsync(run) {
      armed++
      try {
        return await run()
      } finally {
        armed--
      }
    },
    remove() {
      for (const put of restore) put()
      publish()
    },
  }
}
