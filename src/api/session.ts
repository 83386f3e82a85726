import * as z from 'zod'
import { method } from './method.js'
import { id, mid, nothing, session, time } from './shapes.js'

const name = z
  .string()
  .regex(/^[\p{L}\p{N}._-]{1,40}$/u, 'a name has 1 to 40 letters, digits, dots, dashes')
const password = z.string().min(8, 'a password has at least 8 characters').max(1024)

export const sessionMethods = {
  'session.login': method(
    'anyone',
    'Signs in with name and password.',
    z.object({ name: z.string(), password: z.string() }),
    session,
    ['LOGIN_REFUSED', 'LOGIN_DELAYED'],
  ),
  'session.passport': method(
    'anyone',
    'Signs in with a passport.',
    z.object({ passport: z.string() }),
    session,
    ['PASSPORT_INVALID', 'PASSPORT_EXPIRED', 'PASSPORT_ELSEWHERE'],
  ),
  'session.redeem': method(
    'anyone',
    'Turns a one-time code, given to an app by the desktop, into a session of that app.',
    z.object({ code: z.string() }),
    session,
    ['CODE_INVALID'],
  ),
  'session.who': method(
    'anyone',
    'Says who is signed in.',
    nothing,
    session.partial({ sid: true }),
  ),
  'session.logout': method('anyone', 'Ends the session.', nothing, nothing),

  'user.claim': method(
    'anyone',
    'Makes the first user, the owner, of a new node; from this machine, or with the code that ' +
      'the terminal shows.',
    z.object({ name, password, code: z.string().optional() }),
    session,
    ['NODE_CLAIMED', 'CLAIM_REFUSED'],
  ),
  'user.add': method(
    'owner',
    'Adds a user with a key of their own, sealed by the password.',
    z.object({ name, password, owner: z.boolean().default(false) }),
    z.object({ id, name: z.string(), owner: z.boolean() }),
    ['USER_EXISTS'],
  ),
  'user.list': method(
    'owner',
    'Lists the users.',
    nothing,
    z.object({
      users: z.array(z.object({ id, name: z.string(), owner: z.boolean(), created: time })),
    }),
  ),
  'user.passwd': method(
    'account',
    'Changes a password: the key is opened with the old one and sealed with the new.',
    z.object({ name: z.string().optional(), password: z.string(), newPassword: password }),
    nothing,
    ['LOGIN_REFUSED', 'LOGIN_DELAYED', 'OWNER_NEEDED'],
  ),

  'passport.sign': method(
    'account',
    'Signs a passport: for signing in elsewhere, or for a node that may fetch closed units.',
    z.object({
      minutes: z.number().int().min(1).max(10_080).default(1440),
      certFor: z.enum(['self', 'sync']).default('self'),
      node: id.optional().describe('the only node that takes it'),
      bearer: id.optional().describe('the only key that may show it'),
      units: z.array(mid).default([]),
    }),
    z.object({ passport: z.string(), signer: id, expires: time }),
    ['KEY_NEEDED'],
  ),
}
