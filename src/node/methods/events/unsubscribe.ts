import type { Handler } from '../../node.js'

/** A face that can push answers this call itself; elsewhere there is nothing to end. */
export const eventsUnsubscribe = (): Handler<'events.unsubscribe'> => () => ({})
