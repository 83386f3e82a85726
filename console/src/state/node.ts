/** The node behind this page: one connection, who is signed in, and what it tells as it happens. */
import {
  type ApiEvent,
  type CallOptions,
  type Client,
  connect,
  type MethodName,
  type Params,
  type Result,
  type Session,
} from 'leither/client'
import { forgetAll, refresh } from './data'
import { store } from './store'

export type { Result as MethodResult }
export type Unit = Result<'mimei.list'>['units'][number]
export type UnitDetail = Result<'mimei.show'>
export type FileEntry = Result<'files.list'>['entries'][number]
export type VersionInfo = UnitDetail['versions'][number]

/** undefined while it is not known; null where nobody is signed in */
export const session = store<Session | null | undefined>(undefined)
/** whether the connection to the node stands */
export const online = store(true)

let opening: Promise<Client> | undefined
let stopEvents: (() => void) | undefined

/** For those who stay signed in when the browser is closed; the client keeps the tab's own. */
const stayKey = 'leither.stay'

/** The connection, opened at the first call. @throws NODE_UNREACHABLE */
export function node(): Promise<Client> {
  opening ??= open().catch((error: unknown) => {
    opening = undefined
    throw error
  })
  return opening
}

async function open(): Promise<Client> {
  const sid = localStorage.getItem(stayKey)
  const client = await connect(sid === null ? {} : { sid })
  client.onState((state) => {
    const back = state === 'open' && !online.get()
    online.set(state === 'open')
    // What happened in between was not heard.
    if (back) refresh('')
  })
  client.onSession((now) => take(client, now))
  take(client, client.session)
  return client
}

function take(client: Client, now: Session | undefined): void {
  if (now?.sid !== session.get()?.sid) forgetAll()
  stopEvents?.()
  stopEvents = now === undefined ? undefined : client.on(undefined, hear)
  if (now === undefined) localStorage.removeItem(stayKey)
  session.set(now ?? null)
}

/** Calls a method of the node. @throws LeitherError with a stable code */
export async function call<M extends MethodName>(
  method: M,
  params: Params<M>,
  options?: CallOptions,
): Promise<Result<M>> {
  const client = await node()
  return (client.call as (...all: unknown[]) => Promise<Result<M>>)(method, params, options)
}

/** Calls a method that changes a unit, and shows anew what it touched, at once. */
export async function act<M extends MethodName>(
  method: M,
  params: Params<M> & { mid: string },
): Promise<Result<M>> {
  const result = await call(method, params)
  for (const prefix of touched({ type: 'rights', mid: params.mid })) refresh(prefix)
  return result
}

const keep = ({ sid }: Session, stay: boolean): void => {
  if (stay) localStorage.setItem(stayKey, sid)
}

/** @param stay keep the session when the browser is closed */
export async function signIn(name: string, password: string, stay: boolean): Promise<void> {
  keep(await call('session.login', { name, password }), stay)
}

/** Makes the owner of a new node. @param code shown by the terminal; not needed on this machine */
export async function claim(
  name: string,
  password: string,
  code: string | undefined,
  stay: boolean,
): Promise<void> {
  keep(await call('user.claim', { name, password, ...(code === undefined ? {} : { code }) }), stay)
}

export async function signOut(): Promise<void> {
  await call('session.logout', {})
}

/** Keys of `data` that an event makes old. */
function touched(event: ApiEvent): string[] {
  if (event.type === 'peer') return ['node:']
  const { mid } = event
  if (event.type === 'changed') return ['units', `unit:${mid}`]
  return ['units', 'apps', 'node:status', `unit:${mid}`]
}

/**
 * Milliseconds from an event to asking again: soon for a single one, seldom while many come in a
 * row, so that looking on does not slow down what is looked at.
 */
const soon = 150
const seldom = 1500
const due = new Set<string>()
let timer: ReturnType<typeof setTimeout> | undefined
let lastAsked = 0

function hear(event: ApiEvent): void {
  for (const prefix of touched(event)) due.add(prefix)
  const calm = performance.now() - lastAsked > 2 * seldom
  timer ??= setTimeout(askAgain, calm ? soon : seldom)
}

function askAgain(): void {
  timer = undefined
  lastAsked = performance.now()
  const prefixes = [...due]
  due.clear()
  for (const prefix of prefixes) refresh(prefix)
}
