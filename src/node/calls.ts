/** The life of a call: method, session, need, parameters; then the one function for it. */
import { isMethod, type MethodName, methods, type Need, readParams, type Result } from '#api'
import type { KeyId } from '#base'
import { AccountNeeded, OwnerNeeded, SessionNeeded, UnknownMethod } from './errors.js'
import type { MethodTable } from './method-table.js'
import type { CallContext, Caller, Handler, Node } from './node.js'
import { principalOf } from './principal.js'
import type { Session, Sessions } from './sessions.js'

/** Methods that begin sessions, and the first word to a node: no old session may hinder them. */
const beginnings: ReadonlySet<MethodName> = new Set([
  'node.id',
  'session.login',
  'session.passport',
  'session.redeem',
  'user.claim',
])

function demandNeed(need: Need, method: string, session: Session | undefined): void {
  if (need === 'anyone') return
  if (session === undefined) throw new SessionNeeded(method)
  if (need === 'account' && (!session.account || session.app !== undefined)) {
    throw new AccountNeeded(method)
  }
  if (need === 'owner' && (!session.owner || session.app !== undefined)) {
    throw new OwnerNeeded(method)
  }
}

/** The caller's session, undefined for a guest. @throws SessionExpired */
export function sessionOf(caller: Caller, sessions: Pick<Sessions, 'use'>): Session | undefined {
  return caller.sid === undefined || caller.sid === '' ? undefined : sessions.use(caller.sid)
}

export function makeCall(
  table: MethodTable,
  sessions: Pick<Sessions, 'use'>,
  nodeId: KeyId,
): Node['call'] {
  return async <M extends MethodName>(
    name: M,
    given: unknown,
    context: CallContext,
  ): Promise<Result<M>> => {
    if (!isMethod(name)) throw new UnknownMethod(String(name))
    const session = beginnings.has(name) ? undefined : sessionOf(context.caller, sessions)
    const method = methods[name]
    demandNeed(method.needs, name, session)
    const params = readParams(name, method, given)
    const handler = table[name] as Handler<M>
    const principal = principalOf(session, nodeId)
    return handler(params as Parameters<typeof handler>[0], { ...context, session, principal })
  }
}
