import * as z from 'zod'
import { method } from './method.js'
import {
  backedUp,
  cid,
  entry,
  id,
  kind,
  mid,
  nothing,
  ofUnit,
  provider,
  right,
  unitSummary,
  versionInfo,
  versionName,
} from './shapes.js'

const unit = z.object({ mid })
const made = z.object({ mid, version: z.number().int(), cid, root: cid })
const unknown = ['MIMEI_UNKNOWN', 'RIGHT_MISSING'] as const
const unknownVersion = [...unknown, 'VERSION_UNKNOWN', 'VERSION_NOT_HERE'] as const

export const mimeiMethods = {
  'mimei.create': method(
    'user',
    'Makes a unit, or answers the one that is there: the same author, app, ext, mark and kind ' +
      'are the same unit everywhere.',
    z.object({
      mark: z
        .string()
        .min(1)
        .max(256)
        .describe('name among the author’s units; {{auto}} for a fresh one'),
      kind,
      ext: z.string().max(64).default(''),
      app: z.string().max(64).default(''),
      right: right.optional(),
      asNode: z.boolean().default(false).describe('author is the node itself; owner only'),
    }),
    z.object({ mid, kind, created: z.boolean() }),
    ['KEY_NEEDED', 'OWNER_NEEDED'],
  ),
  'mimei.list': method(
    'user',
    'Units on this node that the caller may see.',
    z.object({ app: z.string().optional(), ext: z.string().optional() }),
    z.object({ units: z.array(unitSummary) }),
  ),
  'mimei.show': method(
    'anyone',
    'All about a unit.',
    unit,
    unitSummary.extend({
      cid: cid.nullable(),
      root: cid.nullable(),
      base: z.number().int().describe('version that cur is based on'),
      entries: z.array(entry),
      defaultApp: z.string().nullable(),
      seq: z.number().int(),
      versions: z.array(versionInfo),
      behind: z
        .boolean()
        .describe('a newer version came from elsewhere while cur held changes of its own'),
      conflicts: z
        .array(versionInfo)
        .describe('versions that nothing follows yet, where several nodes went on by themselves'),
    }),
    unknown,
  ),
  'mimei.log': method(
    'anyone',
    'Kept versions, newest first.',
    unit,
    z.object({ mid, versions: z.array(versionInfo) }),
    unknown,
  ),
  'mimei.diff': method(
    'anyone',
    'What changed between two versions.',
    z.object({
      mid,
      from: versionName,
      to: versionName,
      limit: z.number().int().min(1).max(10_000).default(1000),
    }),
    z.object({
      changes: z.array(
        z.object({ path: z.string(), change: z.enum(['added', 'removed', 'changed']) }),
      ),
      more: z.boolean(),
    }),
    unknownVersion,
  ),
  'mimei.backup': method(
    'user',
    'Makes the next version from the working copy; without changes, answers the last one.',
    z.object({
      mid,
      memo: z.string().max(1000).default(''),
      tags: z.record(z.string(), z.string()).default({}),
    }),
    made,
    [...unknown, 'BACKUP_NOT_ALLOWED', 'KEY_NEEDED'],
  ),
  'mimei.release': method(
    'user',
    'Names a tested version as the release.',
    z.object({ mid, version: backedUp.default('last') }),
    made,
    unknownVersion,
  ),
  'mimei.restore': method(
    'user',
    'Makes a version the base of the working copy; changes not backed up are given up.',
    z.object({ mid, version: backedUp }),
    z.object({ mid, version: z.number().int() }),
    unknownVersion,
  ),
  'mimei.right': method(
    'user',
    'Sets who may do what.',
    z.object({ mid, right: right.optional(), entries: z.array(entry).optional() }),
    z.object({ mid, right, entries: z.array(entry) }),
    unknown,
  ),
  'mimei.setDefaultApp': method(
    'user',
    'Names the app that opens the unit.',
    z.object({ mid, app: id.nullable() }),
    nothing,
    unknown,
  ),
  'mimei.remove': method('account', 'Forgets the unit on this node.', unit, nothing, unknown),
  'mimei.refs': method(
    'anyone',
    'What the unit refers to, and who refers to it.',
    z.object(ofUnit),
    z.object({
      refs: z.record(z.string(), z.number().int()),
      referrers: z.array(mid),
    }),
    unknownVersion,
  ),
  'mimei.addRef': method(
    'user',
    'Adds references to units or content.',
    z.object({ mid, ids: z.array(z.string()).min(1).max(1000) }),
    z.object({ count: z.number().int().describe('references to these ids now, together') }),
    unknown,
  ),
  'mimei.delRef': method(
    'user',
    'Takes references back.',
    z.object({ mid, ids: z.array(z.string()).min(1).max(1000) }),
    z.object({ count: z.number().int().describe('references to these ids now, together') }),
    unknown,
  ),
  'mimei.publish': method(
    'user',
    'Tells the network of the newest version; nodes that provide the unit pull it.',
    unit,
    z.object({ mid, version: z.number().int(), cid, seq: z.number().int() }),
    [...unknown, 'NOT_PUBLIC', 'NETWORK_OFF', 'NOT_BACKED_UP'],
  ),
  'mimei.unpublish': method('user', 'Stops telling the network.', unit, nothing, unknown),
  'mimei.provide': method(
    'account',
    'Holds the unit from now on: brings it here and pulls each new version.',
    z.object({ mid, from: z.string().optional(), passport: z.string().optional() }),
    z.object({ mid, version: z.number().int() }),
    ['NETWORK_OFF', 'NO_PROVIDERS', 'SYNC_FAILED', 'SYNC_REFUSED'],
  ),
  'mimei.unprovide': method(
    'account',
    'Stops following the unit; what is here stays.',
    unit,
    nothing,
    ['NETWORK_OFF'],
  ),
  'mimei.providers': method(
    'anyone',
    'Nodes that hold the unit.',
    unit,
    z.object({ mid, providers: z.array(provider) }),
    ['NETWORK_OFF'],
  ),
  'mimei.sync': method(
    'account',
    'Brings the newest version of a unit here, once.',
    z.object({
      mid,
      from: z.string().optional().describe('address or id of a node to ask first'),
      all: z.boolean().default(false).describe('content of all kept versions'),
      passport: z.string().optional(),
    }),
    z.object({
      mid,
      version: z.number().int(),
      cid,
      root: cid,
      blocks: z.number().int(),
      bytes: z.number().int(),
      providers: z.array(id),
    }),
    ['NETWORK_OFF', 'NO_PROVIDERS', 'SYNC_FAILED', 'SYNC_REFUSED'],
  ),
}
