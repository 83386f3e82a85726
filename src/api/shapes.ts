/** The shapes that several methods share. Values cross as DAG-JSON (see `#base` json). */
import * as z from 'zod'
import { isId, limits, type Value } from '#base'

export const id = z
  .string()
  .refine((text) => isId(text), 'an id has 27 characters')
  .meta({ format: 'leither-id', example: 'h3PPmr6HVHrmaV_WAbnEP6t3x87' })

export const mid = id.describe('id of a unit')

export const cid = z.string().describe('content id, bafy… or Qm…')

export const versionName = z
  .union([
    z.enum(['cur', 'last', 'release']),
    z.number().int().min(0),
    z.string().regex(/^\d{1,9}$/),
  ])
  .describe('cur (the working copy), last (newest backup), release, or a number')

export const backedUp = versionName.refine((name) => name !== 'cur', 'cur is not backed up')

export const path = z
  .string()
  .max(limits.pathBytes)
  .describe('path inside the unit, "" for its root')

export const bytes = z
  .custom<Uint8Array>((value) => value instanceof Uint8Array, 'bytes are {"/":{"bytes":"base64"}}')
  .meta({ type: 'object', description: 'bytes, as {"/":{"bytes":"base64"}}' })

export const value = z
  .custom<Value>((item) => item !== undefined, 'a value is needed')
  .meta({ description: 'any JSON value; bytes as {"/":{"bytes":…}}, CIDs as {"/":"bafy…"}' })

/** A value that may be absent: null. */
export const maybeValue = value.nullable()

export const nothing = z.object({}).describe('nothing')

export const kind = z.enum(['file', 'database'])

export const time = z.number().int().describe('milliseconds since 1970, UTC')

export const right = z
  .number()
  .int()
  .min(0)
  .max(0x7fffffff)
  .describe('right word; last hex digit: 4 read versions, 1 read cur, 2 write cur; 0 closed')

export const entry = z.object({
  key: id,
  may: z.array(z.enum(['read', 'write', 'backup', 'release', 'grant'])),
})

export const session = z.object({
  sid: z.string().describe('40 hex characters; send as "Authorization: Bearer <sid>"'),
  user: id.nullable(),
  name: z.string(),
  /** the user owns the node */
  owner: z.boolean(),
  app: z.string().nullable(),
  expires: time,
})

export const versionInfo = z.object({
  version: z.number().int(),
  cid,
  root: cid,
  memo: z.string(),
  time,
  author: id,
  size: z.number().int(),
  /** its content is on this node */
  here: z.boolean(),
})

export const unitSummary = z.object({
  mid,
  kind,
  mark: z.string(),
  ext: z.string(),
  app: z.string(),
  author: id,
  created: time,
  right,
  /** bytes of the newest content */
  size: z.number().int(),
  /** number of the newest version, 0 before the first backup */
  version: z.number().int(),
  release: z.number().int().nullable(),
  /** time of the newest version, or of creation */
  modified: time,
  /** cur holds changes that are not backed up */
  changed: z.boolean(),
  published: z.boolean(),
  providing: z.boolean(),
  /** the caller may write */
  mine: z.boolean(),
})

export const fileEntry = z.object({
  path: z.string(),
  name: z.string(),
  type: z.enum(['file', 'directory']),
  size: z.number().int(),
  modified: time.nullable(),
  cid: cid.nullable(),
  mime: z.string().describe('content type; "" for directories'),
})

export const provider = z.object({
  id: id.describe('id of the node'),
  peer: z.string(),
  addresses: z.array(z.string()),
  version: z.number().int().nullable().describe('sequence of the head it has'),
  self: z.boolean(),
})

/** Parameters that name a unit and a version of it; cur unless said otherwise. */
export const ofUnit = { mid, version: versionName.optional() }
