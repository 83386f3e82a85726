/**
 * server: the face that browsers and programs see: HTTP, WebSocket, JSON-RPC, OpenAPI, gateway.
 * It turns bytes into calls of the api table and back; sessions and rights are the node's.
 * White paper: Part I, VII (application system); origins: docs/internals/security.md.
 */
export { openServer, type Server, type ServerOptions, type ServedNode } from './open.js'
export { HostUnknown, PortInUse } from './errors.js'
