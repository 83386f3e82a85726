/** Live events: from the units and the wire to whoever may see them at that moment. */
import type { ApiEvent } from '#api'
import { keyId, type KeyId } from '#base'
import type { UnitEvent, Units } from '#mimei'
import { type Action, may } from '#rights'
import type { Log, Wire } from '#world'
import { type Asked, askedOf } from './asked.js'
import { principalOf } from './principal.js'
import type { Sessions } from './sessions.js'

export type Listener = (event: ApiEvent) => void

export interface EventHub {
  /**
   * @param sid session that the events are for, undefined for a guest; when it is over, only what
   *   guests may see goes on
   */
  subscribe(
    sid: string | undefined,
    mids: readonly string[] | undefined,
    listener: Listener,
  ): () => void
  /**
   * Says what a unit is before it goes: rights rule over the news of that, too.
   * @returns to be called when it is gone, or stays after all
   */
  leaving(unit: Asked): () => void
  /** Tells of peers from now on. */
  watch(wire: Pick<Wire, 'onPeer'>): void
  close(): void
}

interface EventParts {
  readonly units: Pick<Units, 'get' | 'has' | 'onEvent'>
  readonly sessions: Pick<Sessions, 'peek'>
  readonly nodeId: KeyId
  readonly log: Log
}

interface Subscription {
  readonly sid: string | undefined
  readonly mids: ReadonlySet<string> | undefined
  readonly listener: Listener
}

const actionFor: Readonly<Record<UnitEvent['type'], Action>> = {
  created: 'list',
  removed: 'list',
  rights: 'list',
  changed: 'readCur',
  version: 'read',
  release: 'read',
  head: 'read',
}

const toApi = (event: UnitEvent): ApiEvent =>
  'number' in event ? { type: event.type, mid: event.mid, version: event.number } : event

export function openEventHub({ units, sessions, nodeId, log }: EventParts): EventHub {
  const subscriptions = new Set<Subscription>()
  const departing = new Map<string, Asked>()
  const stops: (() => void)[] = []

  const deliver = ({ listener }: Subscription, event: ApiEvent): void => {
    try {
      listener(event)
    } catch (error) {
      log.warn('a listener failed', { reason: String(error) })
    }
  }
  const onUnit = (event: UnitEvent): void => {
    const asked =
      departing.get(event.mid) ?? (units.has(event.mid) && askedOf(units.get(event.mid)))
    if (!asked) return
    for (const subscription of subscriptions) {
      const { sid, mids } = subscription
      if (mids !== undefined && !mids.has(event.mid)) continue
      const session = sid === undefined ? undefined : sessions.peek(sid)
      if (!may(principalOf(session, nodeId), actionFor[event.type], asked)) continue
      deliver(subscription, toApi(event))
    }
  }
  /** Who is connected is for people with an account here, and not for their apps. */
  const onPeer = (event: ApiEvent): void => {
    for (const subscription of subscriptions) {
      const { sid, mids } = subscription
      const session = sid === undefined ? undefined : sessions.peek(sid)
      if (mids !== undefined || session?.account !== true || session.app !== undefined) continue
      deliver(subscription, event)
    }
  }

  stops.push(units.onEvent(onUnit))
  return {
    subscribe(sid, mids, listener) {
      const subscription = { sid, mids: mids && new Set(mids), listener }
      subscriptions.add(subscription)
      return () => void subscriptions.delete(subscription)
    },
    leaving(asked) {
      departing.set(asked.mid, asked)
      return () => void departing.delete(asked.mid)
    },
    watch(wire) {
      stops.push(
        wire.onPeer(({ publicKey }, state) =>
          onPeer({ type: 'peer', id: keyId(publicKey), state }),
        ),
      )
    },
    close() {
      for (const stop of stops.splice(0)) stop()
      subscriptions.clear()
    },
  }
}
