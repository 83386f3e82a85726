/** Which nodes may fetch a unit that is not open. */
import { type KeyId, keyId } from '#base'
import { checkPassport, PassportInvalid } from '#identity'
import type { Units } from '#mimei'
import type { FlowOptions } from '#network'
import { may } from '#rights'
import type { Clock } from '#world'
import type { Accounts } from './accounts.js'
import { askedOf } from './asked.js'
import { principalOf } from './principal.js'

interface PassageParts {
  readonly nodeId: KeyId
  readonly clock: Pick<Clock, 'now'>
  readonly units: Pick<Units, 'get'>
  readonly accounts: Pick<Accounts, 'byId'>
}

/**
 * A peer may read what its own key may read (the transport proved the key), or what the signer of
 * its passport may.
 */
export function makePassage(parts: PassageParts): FlowOptions['allows'] {
  const { nodeId, clock, units, accounts } = parts
  const mayRead = (user: KeyId, mid: string): boolean => {
    const owner = user === nodeId || accounts.byId(user)?.owner === true
    const principal = {
      ...principalOf(undefined, nodeId),
      user,
      alsoOwns: owner ? [nodeId] : [],
    }
    return may(principal, 'read', askedOf(units.get(mid)))
  }
  return (text, peer, { mid }) => {
    const peerId = keyId(peer.publicKey)
    if (mayRead(peerId, mid)) return true
    if (text === undefined) return false
    const { certFor, bearer, units: named, signer } = checkPassport(text, nodeId, clock.now())
    if (certFor !== 'sync') throw new PassportInvalid('it is for signing in, not for nodes')
    if (bearer !== null && bearer !== peerId) throw new PassportInvalid('another node must show it')
    return (named.length === 0 || named.includes(mid)) && mayRead(signer, mid)
  }
}
