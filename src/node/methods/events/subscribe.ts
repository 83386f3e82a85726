import { WebSocketNeeded } from '../../errors.js'
import type { Handler } from '../../node.js'

/** A face that can push answers this call itself, with `Node.subscribe`; the others come here. */
export const eventsSubscribe = (): Handler<'events.subscribe'> => () => {
  throw new WebSocketNeeded()
}
