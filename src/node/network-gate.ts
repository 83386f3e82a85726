/** The network as the methods meet it: it comes up after the node answers, or never. */
import type { Flow } from '#network'
import type { Clock, Wire } from '#world'
import { NetworkOff } from './errors.js'

/** How long a call waits for a network that is starting. */
const patienceMillis = 8000

export interface Network {
  readonly wire: Wire
  readonly flow: Flow
}

export interface NetworkGate {
  state(): 'on' | 'starting' | 'off'
  /** The network where it is up. */
  now(): Network | undefined
  /** The network, waited for. @throws NetworkOff */
  ready(): Promise<Network>
  open(network: Network): void
  /** No network, or none any more. @returns the one that there was */
  close(): Network | undefined
}

/** @param expected whether a network will come */
export function makeNetworkGate(clock: Pick<Clock, 'after'>, expected: boolean): NetworkGate {
  let network: Network | undefined
  let state: 'on' | 'starting' | 'off' = expected ? 'starting' : 'off'
  const waiting = new Set<(network: Network | undefined) => void>()
  const answerAll = (): void => {
    for (const answer of [...waiting]) answer(network)
  }

  const wait = (): Promise<Network | undefined> =>
    new Promise((resolve) => {
      const answer = (come: Network | undefined): void => {
        waiting.delete(answer)
        callOff()
        resolve(come)
      }
      const callOff = clock.after(patienceMillis, () => answer(undefined))
      waiting.add(answer)
    })

  return {
    state: () => state,
    now: () => network,
    async ready() {
      const come = network ?? (state === 'starting' ? await wait() : undefined)
      if (come === undefined) throw new NetworkOff(state === 'starting' ? 'starting' : 'off')
      return come
    },
    open(come) {
      network = come
      state = 'on'
      answerAll()
    },
    close() {
      const gone = network
      network = undefined
      state = 'off'
      answerAll()
      return gone
    },
  }
}
