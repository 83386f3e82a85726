/**
 * node: the only place where the parts meet: accounts, sessions, rights on every call, one file per
 * method of the contract. White paper: Part I, VI to VII; Part II, V (the node).
 */
export { createNode, type NodeConfig } from './create.js'
export * from './errors.js'
export type { CallContext, Caller, CallProgress, Content, Node, RunningNode } from './node.js'
