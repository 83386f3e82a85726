/** Keeps a node in company: dials its bootstrap addresses till they answer, and peers it meets. */
import { multiaddr } from '@multiformats/multiaddr'
import type { Log } from '#world'
import { dialMillis, type Stack } from './stack.js'

/** a node this well connected looks for no more company */
const enough = 32
const firstRetryMillis = 2000
const longestRetryMillis = 60_000

/** @returns a function that ends it */
export function greet(stack: Stack, bootstrap: readonly string[], log: Log): () => void {
  const timers = new Set<NodeJS.Timeout>()
  let ended = false

  const keepDialling = async (address: string, waitMillis: number): Promise<void> => {
    if (ended) return
    let next = waitMillis
    try {
      const target = multiaddr(address)
      const here = stack.getConnections().some(({ remoteAddr }) => isSame(remoteAddr, address))
      if (!here) await stack.dial(target, { signal: AbortSignal.timeout(dialMillis) })
      next = longestRetryMillis
    } catch (error) {
      log.debug('bootstrap address does not answer', { address, error: String(error) })
      next = Math.min(waitMillis * 2, longestRetryMillis)
    }
    if (ended) return
    const timer = setTimeout(() => {
      timers.delete(timer)
      void keepDialling(address, next)
    }, next)
    timer.unref()
    timers.add(timer)
  }

  stack.addEventListener('peer:discovery', ({ detail: { id, multiaddrs } }) => {
    if (ended || multiaddrs.length === 0 || stack.getConnections().length >= enough) return
    if (stack.getConnections(id).length > 0) return
    const signal = AbortSignal.timeout(dialMillis)
    stack.dial(id, { signal }).catch((error: unknown) => {
      log.debug('a peer that was discovered does not answer', { error: String(error) })
    })
  })
  for (const address of bootstrap) void keepDialling(address, firstRetryMillis)

  return () => {
    ended = true
    for (const timer of timers) clearTimeout(timer)
  }
}

/** Whether a connection's address is the one asked for, which may lack the peer's name. */
const isSame = (connected: { toString(): string }, asked: string): boolean =>
  connected.toString().split('/p2p/')[0] === asked.split('/p2p/')[0]
