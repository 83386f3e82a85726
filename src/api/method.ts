/** What a method of the API is: data that server, client, OpenAPI and command line all read. */
import type { z } from 'zod'

/** Who may call: the node checks it before the method's own code runs. */
export type Need =
  /** anybody, signed in or not; the unit's rights still rule */
  | 'anyone'
  /** a session of a user, or of an app acting for one */
  | 'user'
  /** a session of a user with an account on this node, or of the node itself; not of an app */
  | 'account'
  /** a session of the node's owner, not of an app */
  | 'owner'

export interface Method<P extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType> {
  /** one sentence for people */
  readonly summary: string
  readonly needs: Need
  readonly params: P
  readonly result: R
  /** codes that callers should expect, beside BAD_INPUT and SESSION_NEEDED */
  readonly errors: readonly string[]
}

/** Declares one method, its types kept. */
export const method = <P extends z.ZodType, R extends z.ZodType>(
  needs: Need,
  summary: string,
  params: P,
  result: R,
  errors: readonly string[] = [],
): Method<P, R> => ({ needs, summary, params, result, errors })
