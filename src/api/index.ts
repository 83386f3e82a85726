/**
 * api: the contract. One table; server, client, command line, desktop and OpenAPI read it.
 * White paper: Part I, VII (application system).
 */
import type { z } from 'zod'
import { appMethods } from './apps.js'
import { databaseMethods } from './database.js'
import { eventMethods } from './events.js'
import { filesMethods } from './files.js'
import type { Method } from './method.js'
import { mimeiMethods } from './mimei.js'
import { nodeMethods } from './node.js'
import { sessionMethods } from './session.js'

export type { ApiEvent, ApiProgress } from './events.js'
export type { Method, Need } from './method.js'
export { openApiDocument } from './openapi.js'
export { readParams } from './read.js'

/** Every method of the API, by name. */
export const methods = {
  ...nodeMethods,
  ...sessionMethods,
  ...mimeiMethods,
  ...filesMethods,
  ...databaseMethods,
  ...appMethods,
  ...eventMethods,
} as const satisfies Record<string, Method>

export type MethodName = keyof typeof methods
/** What a caller sends. */
export type Params<M extends MethodName> = z.input<(typeof methods)[M]['params']>
/** What the method's code gets: defaults filled in. */
export type Given<M extends MethodName> = z.output<(typeof methods)[M]['params']>
/** What the caller gets. */
export type Result<M extends MethodName> = z.output<(typeof methods)[M]['result']>

export const isMethod = (name: string): name is MethodName => Object.hasOwn(methods, name)
