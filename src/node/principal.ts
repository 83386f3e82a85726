/** From a session to who asks, as #rights sees it. */
import type { KeyId } from '#base'
import type { Principal } from '#rights'
import type { Session } from './sessions.js'

export const guest: Principal = { user: undefined, alsoOwns: [], app: undefined, granted: [] }

/**
 * @param node id of the node's own key: its owner speaks for it, also through an app, which in its
 *   turn reaches only what is its own
 */
export function principalOf(session: Session | undefined, node: KeyId): Principal {
  if (session === undefined) return guest
  const { user, owner, app, granted } = session
  return { user, alsoOwns: owner ? [node] : [], app, granted }
}
