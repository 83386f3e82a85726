/**
 * What newer engines bring and Node 20 does not: the network libraries need these three. Imported
 * first, for its effect alone.
 */
import { WebSocket } from 'ws'

type Settle = (value?: unknown) => void

if (!('withResolvers' in Promise)) {
  Object.defineProperty(Promise, 'withResolvers', {
    configurable: true,
    writable: true,
    value: function withResolvers(this: PromiseConstructor) {
      let resolve: Settle = () => undefined
      let reject: Settle = () => undefined
      const promise = new this((done, failed) => {
        resolve = done
        reject = failed
      })
      return { promise, resolve, reject }
    },
  })
}

if (!('difference' in Set.prototype)) {
  Object.defineProperty(Set.prototype, 'difference', {
    configurable: true,
    writable: true,
    value: function difference<T>(this: Set<T>, other: { has(item: T): boolean }): Set<T> {
      return new Set([...this].filter((item) => !other.has(item)))
    },
  })
}

if (!('WebSocket' in globalThis)) {
  Object.defineProperty(globalThis, 'WebSocket', {
    configurable: true,
    writable: true,
    value: WebSocket,
  })
}
