import type { MethodName } from '#api'
import type { Handler } from './node.js'

/** The code of every method of the contract: none may be missing. */
export type MethodTable = { readonly [M in MethodName]: Handler<M> }
