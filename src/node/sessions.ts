/**
 * Sessions: who is signed in. In memory, so a restart ends them all; each dies an hour after its
 * last use. A session that began with a password holds the person's opened key.
 */
import { type KeyId, limits, toHex } from '#base'
import type { Key } from '#identity'
import type { Clock, Random } from '#world'
import { SessionExpired, SessionsFull } from './errors.js'

/** What a session is for; the part that sign-in decides. */
export interface SessionWords {
  readonly user: KeyId
  readonly name: string
  /** the user owns the node */
  readonly owner: boolean
  /** the user has an account on this node, or is the node itself; strangers come by passport */
  readonly account: boolean
  /** mid of the app that acts for the user; undefined for the desktop and the command line */
  readonly app: string | undefined
  /** units that the user opened to that app by name */
  readonly granted: readonly string[]
  /** the user's key, where the sign-in opened it */
  readonly key: Key | undefined
  /** sid of the session that let the app in; the app's session ends with it */
  readonly parent: string | undefined
}

export interface Session extends SessionWords {
  /** 40 hex characters */
  readonly sid: string
  /** milliseconds since 1970; moves on with each use */
  readonly expires: number
}

type LiveSession = { -readonly [K in keyof Session]: Session[K] }

export interface Sessions {
  /** @throws SessionsFull */
  open(words: SessionWords): Session
  /** The session, its life prolonged. @throws SessionExpired */
  use(sid: string): Session
  /** The session as it is, undefined where it is over; its life stays as it was. */
  peek(sid: string): Session | undefined
  /** Ends a session and those of the apps that it let in. */
  end(sid: string): void
  /** Ends all sessions for which this holds. */
  endAll(which: (session: Session) => boolean): void
}

export function openSessions({
  clock,
  random,
}: {
  clock: Pick<Clock, 'now'>
  random: Random
}): Sessions {
  // In order of last use: all live equally long, so the first is the next to expire.
  const live = new Map<string, LiveSession>()

  const peek = (sid: string): LiveSession | undefined => {
    const session = live.get(sid)
    if (session === undefined) return undefined
    if (session.expires > clock.now()) return session
    live.delete(sid)
    return undefined
  }
  const forgetExpired = (): void => {
    for (const sid of live.keys()) if (peek(sid) !== undefined) break
  }
  /** Strangers come and go freely, so they make room first, and only for strangers or accounts. */
  const makeRoom = (words: SessionWords): void => {
    if (live.size < limits.sessions) return
    for (const session of live.values()) {
      if (session.account) continue
      live.delete(session.sid)
      return
    }
    if (!words.account) throw new SessionsFull(limits.sessions)
    live.delete(live.keys().next().value as string)
  }
  const endAll = (which: (session: Session) => boolean): void => {
    for (const session of [...live.values()]) if (which(session)) live.delete(session.sid)
  }

  return {
    open(words) {
      forgetExpired()
      makeRoom(words)
      const sid = toHex(random.bytes(20))
      const session = { ...words, sid, expires: clock.now() + limits.sessionMillis }
      live.set(sid, session)
      return session
    },
    use(sid) {
      const session = peek(sid)
      if (session === undefined) throw new SessionExpired()
      session.expires = clock.now() + limits.sessionMillis
      live.delete(sid)
      live.set(sid, session)
      return session
    },
    peek,
    end: (sid) => endAll((session) => session.sid === sid || session.parent === sid),
    endAll,
  }
}
