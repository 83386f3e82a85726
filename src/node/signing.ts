/** Which key signs what a caller does. */
import type { Key } from '#identity'
import type { Unit } from '#mimei'
import { KeyNeeded, SessionNeeded } from './errors.js'
import type { Session } from './sessions.js'

export interface Signing {
  /** The session's own key. @throws KeyNeeded, SessionNeeded */
  ownKey(session: Session | undefined, what: string): Key
  /**
   * The key for a unit: the node's own where the node is its author and its owner asks, else the
   * session's. @throws KeyNeeded, SessionNeeded
   */
  keyFor(session: Session | undefined, unit: Pick<Unit, 'info' | 'mid'>): Key
}

/** @param nodeKey the node's own key */
export function openSigning(nodeKey: Key): Signing {
  const ownKey: Signing['ownKey'] = (session, what) => {
    if (session === undefined) throw new SessionNeeded(what)
    if (session.key === undefined) throw new KeyNeeded(what)
    return session.key
  }
  return {
    ownKey,
    keyFor(session, { info, mid }) {
      if (session?.owner === true && info.author === nodeKey.id) return nodeKey
      return ownKey(session, `a change of unit ${mid}`)
    },
  }
}
