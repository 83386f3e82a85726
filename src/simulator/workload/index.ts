/** workload: clients that make transfers and orders, right ones and wrong ones. */
import type { ClientMaker } from '../checker.js'
import { HonestClient } from './client.js'

export { agreed, standing, wrong, faults, type TransferFault, type Wish } from './transfers.js'
export { answers, Counter } from './counter.js'

/** The client that scenarios use. */
export const client: ClientMaker = (place) => new HonestClient(place)
