/** The wire's door: libp2p is loaded when a node joins the network, not when it starts. */
import type { Wire } from '#world'
import type { OpenWireOptions } from './wire/open.js'

export type { OpenWireOptions }

/**
 * Joins the network.
 * @throws ListenFailed where no address can be listened to, such as a port in use
 */
export async function openWire(options: OpenWireOptions): Promise<Wire> {
  const wire = await import('./wire/open.js')
  return wire.openWire(options)
}
