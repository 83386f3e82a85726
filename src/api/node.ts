import * as z from 'zod'
import { method } from './method.js'
import { cid, id, nothing, time } from './shapes.js'

const peer = z.object({
  id,
  peer: z.string(),
  addresses: z.array(z.string()),
  since: time,
})

export const nodeMethods = {
  'node.id': method(
    'anyone',
    'Says which node this is.',
    nothing,
    z.object({
      id,
      version: z.string(),
      name: z.string(),
      claimed: z.boolean().describe('it has an owner'),
    }),
  ),
  'node.status': method(
    'account',
    'How the node is.',
    nothing,
    z.object({
      id,
      peer: z.string().nullable(),
      name: z.string(),
      version: z.string(),
      address: z.string().describe('address of the web desktop'),
      addresses: z.array(z.string()).describe('where other nodes reach it'),
      started: time,
      peers: z.number().int(),
      units: z.number().int(),
      usedBytes: z.number(),
      freeBytes: z.number(),
      memoryBytes: z.number(),
      network: z.enum(['on', 'starting', 'off']),
    }),
  ),
  'node.peers': method(
    'account',
    'Nodes connected now.',
    nothing,
    z.object({ peers: z.array(peer) }),
    ['NETWORK_OFF'],
  ),
  'node.connect': method(
    'owner',
    'Connects to a node by address.',
    z.object({ address: z.string() }),
    peer,
    ['PEER_UNREACHABLE', 'NETWORK_OFF'],
  ),
  'node.stop': method('owner', 'Stops the node cleanly.', nothing, nothing),
  'node.collect': method(
    'owner',
    'Frees blocks that no version, reference or pin reaches.',
    z.object({ dryRun: z.boolean().default(false) }),
    z.object({
      keptBlocks: z.number().int(),
      freedBlocks: z.number().int(),
      freedBytes: z.number().int(),
    }),
  ),
  'node.doctor': method(
    'owner',
    'Checks every block and every unit, and repairs what can be.',
    nothing,
    z.object({
      blocks: z.number().int(),
      corrupt: z.array(cid),
      problems: z.array(z.object({ mid: z.string(), problem: z.string(), repaired: z.boolean() })),
    }),
  ),
}
