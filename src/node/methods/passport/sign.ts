import { BadInput, type KeyId } from '#base'
import { signPassport } from '#identity'
import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

type Used = Pick<Parts, 'signing' | 'clock'>

export const passportSign =
  ({ signing, clock }: Used): Handler<'passport.sign'> =>
  ({ minutes, certFor, node, bearer, units }, { session }) => {
    if (certFor === 'self' && (bearer !== undefined || units.length > 0)) {
      throw new BadInput(
        'a passport for signing in stands for all that its signer may do',
        'leave out bearer and units, or make it for "sync"',
      )
    }
    const key = signing.ownKey(session, 'a passport')
    const signed = clock.now()
    const expires = signed + minutes * 60_000
    const passport = signPassport(key, {
      certFor,
      node: (node ?? null) as KeyId | null,
      bearer: (bearer ?? null) as KeyId | null,
      units,
      signed,
      expires,
    })
    return { passport, signer: key.id, expires }
  }
