/**
 * Live events, pushed over WebSocket as JSON-RPC notifications `event`; long calls report by
 * notifications `progress` that carry the id of the call.
 */
import * as z from 'zod'
import { method } from './method.js'
import { mid } from './shapes.js'

export const eventMethods = {
  'events.subscribe': method(
    'anyone',
    'From now on this WebSocket gets events: of the units named (that the caller may read), or, ' +
      'without names, of all that the caller may see.',
    z.object({ mids: z.array(mid).max(1000).optional() }),
    z.object({ subscription: z.string() }),
    ['MIMEI_UNKNOWN', 'RIGHT_MISSING', 'WEBSOCKET_NEEDED'],
  ),
  'events.unsubscribe': method(
    'anyone',
    'Ends a subscription.',
    z.object({ subscription: z.string() }),
    z.object({}),
  ),
}

/** What `event` notifications carry. */
export type ApiEvent =
  | { readonly type: 'created' | 'removed' | 'rights'; readonly mid: string }
  /**
   * `keys` are keys of a database (`type:key`) or paths of a file unit; none where so much changed
   * that all is to be read anew
   */
  | { readonly type: 'changed'; readonly mid: string; readonly keys: readonly string[] }
  /**
   * `version`, `release`: made on this node; `head`: what the unit says of itself changed
   * otherwise, above all when newer versions came from another node
   */
  | {
      readonly type: 'version' | 'release' | 'head'
      readonly mid: string
      readonly version: number
    }
  | { readonly type: 'peer'; readonly id: string; readonly state: 'here' | 'gone' }

/** What `progress` notifications carry: a part of `total`, where it is known, in `unit`. */
export interface ApiProgress {
  readonly id: string | number
  readonly done: number
  readonly total: number | null
  readonly unit: 'bytes' | 'blocks' | 'files'
  readonly note?: string
}
