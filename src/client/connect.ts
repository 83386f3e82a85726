/** Connects to a node and holds the session. */
import type { ApiEvent, MethodName, Result } from '#api'
import { goAsking, keepSid, keptSid, takeCode } from './app.js'
import { databaseClient, type DatabaseClient, type VersionOption } from './database.js'
import { NodeUnreachable } from './errors.js'
import { filesClient, type FilesClient } from './files.js'
import { type Call, type Group, groupOver, type Groups } from './groups.js'
import { type CallOptions, Link, type LinkState, type SocketMaker } from './link.js'

export type Session = Result<'session.login'>

export interface ConnectOptions {
  /** web address of the node; in a browser the page's own */
  readonly address?: string
  /** a session to go on with */
  readonly sid?: string
  /** for engines without WebSocket: that of the `ws` package */
  readonly WebSocket?: SocketMaker
}

/** Methods by group, `client.mimei.create(…)`; those of `session` go by `client.call`. */
export interface Client extends Omit<Groups, 'db' | 'files' | 'session'> {
  /** web address of the node */
  readonly address: string
  /** who is signed in; undefined for a guest */
  readonly session: Session | undefined
  readonly call: Call
  /** a database unit; also the methods of the group `db` */
  readonly db: Group<'db'> & ((mid: string, version?: VersionOption) => DatabaseClient)
  /** a file unit; also the methods of the group `files` */
  readonly files: Group<'files'> & ((mid: string) => FilesClient)
  /** @throws LOGIN_REFUSED, LOGIN_DELAYED */
  login(name: string, password: string): Promise<Session>
  logout(): Promise<void>
  /**
   * Live events of the units named, or of all that may be seen; they go on after a lost connection.
   * @returns a function that stops them
   */
  on(mids: readonly string[] | undefined, listener: (event: ApiEvent) => void): () => void
  /** Tells when the connection goes and comes: what happened in between was not heard. */
  onState(listener: (state: LinkState) => void): () => void
  onSession(listener: (session: Session | undefined) => void): () => void
  /**
   * On an app's own origin: sends the user to the desktop to allow the app to act for them, on its
   * own units and on those named. The page is left then; elsewhere it resolves to false.
   */
  ask(units?: readonly string[]): Promise<boolean>
  close(): void
}

/** Methods that end with a new session. */
const signIns = new Set<MethodName>([
  'session.login',
  'session.passport',
  'session.redeem',
  'user.claim',
])
const lostSession = new Set(['SESSION_EXPIRED', 'SESSION_UNKNOWN'])

interface Subscription {
  readonly mids: readonly string[] | undefined
  readonly listener: (event: ApiEvent) => void
  /** as the node knows it; undefined while it does not */
  id: string | undefined
}

function listeners<T>() {
  const all = new Set<(value: T) => void>()
  return {
    add(listener: (value: T) => void) {
      all.add(listener)
      return () => void all.delete(listener)
    },
    tell: (value: T) => all.forEach((listener) => listener(value)),
  }
}

/**
 * Connects to a node. On an app's own origin a one-time code from the desktop becomes the session;
 * a session of this tab is taken up again.
 * @throws NodeUnreachable
 */
export async function connect(options: ConnectOptions = {}): Promise<Client> {
  const page = typeof location === 'undefined' ? undefined : location.origin
  const address = (options.address ?? page ?? 'http://localhost:4800').replace(/\/+$/, '')
  const make = options.WebSocket ?? (globalThis.WebSocket as unknown as SocketMaker | undefined)
  if (make === undefined) throw new NodeUnreachable(address, 'there is no WebSocket here')
  const client = openClient(address, make, options.sid)
  await client.start()
  await client.resume(takeCode(), options.sid ?? keptSid())
  return client.face
}

function openClient(address: string, make: SocketMaker, sid: string | undefined) {
  let session: Session | undefined
  let currentSid = sid
  const subscriptions = new Set<Subscription>()
  const states = listeners<LinkState>()
  const sessions = listeners<Session | undefined>()

  const link = new Link(
    address,
    make,
    (id, event) => {
      for (const subscription of subscriptions) {
        if (subscription.id === id) subscription.listener(event)
      }
    },
    (state) => {
      if (state === 'open') subscribeAll(false)
      states.tell(state)
    },
  )

  const setSession = (next: Session | undefined): void => {
    const changed = next?.sid !== currentSid
    session = next
    currentSid = next?.sid
    keepSid(currentSid)
    // What may be seen depends on who looks.
    if (changed) subscribeAll(true)
    sessions.tell(next)
  }

  const call = (async (name: MethodName, params: unknown = {}, how: CallOptions = {}) => {
    const used = currentSid
    try {
      const result = await link.call(name, params, used, how)
      if (signIns.has(name)) setSession(result as Session)
      if (name === 'session.logout') setSession(undefined)
      return result
    } catch (error) {
      const { code } = error as { code?: string }
      if (lostSession.has(code ?? '') && used !== undefined && used === currentSid) {
        setSession(undefined)
      }
      throw error
    }
  }) as Call

  const subscribe = async (subscription: Subscription): Promise<void> => {
    subscription.id = undefined
    const { mids } = subscription
    const { subscription: id } = await call(
      'events.subscribe',
      mids === undefined ? {} : { mids: [...mids] },
    )
    if (subscriptions.has(subscription)) subscription.id = id
    else await call('events.unsubscribe', { subscription: id })
  }

  /** @param anew the connection still holds the old ones */
  const subscribeAll = (anew: boolean): void => {
    for (const subscription of subscriptions) {
      const { id } = subscription
      if (anew && id !== undefined) ignore(call('events.unsubscribe', { subscription: id }))
      ignore(subscribe(subscription))
    }
  }

  const on: Client['on'] = (mids, listener) => {
    const subscription: Subscription = { mids, listener, id: undefined }
    subscriptions.add(subscription)
    ignore(subscribe(subscription))
    return () => {
      subscriptions.delete(subscription)
      if (subscription.id !== undefined) {
        ignore(call('events.unsubscribe', { subscription: subscription.id }))
      }
    }
  }

  /** A code first, then the session that was kept; a stale one is dropped without a word. */
  const resume = async (code: string | undefined, kept: string | undefined): Promise<void> => {
    if (code !== undefined) {
      await call('session.redeem', { code }).catch(() => undefined)
      if (session !== undefined) return
    }
    if (kept === undefined) return
    currentSid = kept
    const who = await call('session.who').catch(() => undefined)
    if (who?.user === undefined || who.user === null) setSession(undefined)
    else setSession({ ...who, sid: kept })
  }

  const database = (mid: string, version?: VersionOption) =>
    databaseClient(call, version === undefined ? { mid } : { mid, version })
  const files = (mid: string) => filesClient({ call, address, sid: () => currentSid }, mid)

  const own = {
    address,
    get session() {
      return session
    },
    call,
    db: groupOver(database, 'db', call),
    files: groupOver(files, 'files', call),
    login: (name: string, password: string) => call('session.login', { name, password }),
    logout: async () => void (await call('session.logout')),
    on,
    onState: states.add,
    onSession: sessions.add,
    ask: (units: readonly string[] = []) => goAsking(units),
    close: () => link.close(),
  }
  const groups = new Map<string, unknown>()
  const face = new Proxy(own as unknown as Client, {
    get(target, name) {
      if (typeof name !== 'string' || name === 'then') return undefined
      if (name in target) return target[name as keyof Client]
      if (!groups.has(name)) groups.set(name, groupOver({}, name, call))
      return groups.get(name)
    },
  })
  return { face, start: () => link.open(), resume }
}

/** Failures of subscriptions show in the connection's state; the next one tries again. */
const ignore = (promise: Promise<unknown>): void => {
  promise.catch(() => undefined)
}
