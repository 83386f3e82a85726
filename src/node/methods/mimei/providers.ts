import { keyId, type Mid } from '#base'
import { AccountNeeded } from '../../errors.js'
import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

type Used = Pick<Parts, 'access' | 'units' | 'network'>

/** Guests ask of units that they may see here: a look-up costs many nodes some work. */
export const mimeiProviders =
  ({ access, units, network }: Used): Handler<'mimei.providers'> =>
  async ({ mid }, { principal, session }) => {
    if (units.has(mid)) access.unit(principal, mid, 'list')
    else if (session?.account !== true) throw new AccountNeeded('mimei.providers')
    const { flow } = await network.ready()
    const found = await flow.providers(mid as Mid)
    return {
      mid,
      providers: found.map(({ peer, seq, self }) => ({
        id: keyId(peer.publicKey),
        peer: peer.name,
        addresses: [...peer.addresses],
        version: seq ?? null,
        self,
      })),
    }
  }
