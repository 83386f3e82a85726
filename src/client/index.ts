/**
 * client: the typed client of the api, in browsers and in Node. An app writes
 * `const client = await connect()` and goes on with `client.mimei.create(…)`.
 * White paper: Part I, VII (application system).
 */
export { fromJson, LeitherError, toJson } from '#base'
export type { ApiEvent, ApiProgress, MethodName, Params, Result } from '#api'
export { type Client, connect, type ConnectOptions, type Session } from './connect.js'
export type { DatabaseClient } from './database.js'
export { CallTimedOut, ConnectionLost, NodeUnreachable } from './errors.js'
export type { FilesClient, UploadOptions } from './files.js'
export type { CallOptions, LinkState } from './link.js'
