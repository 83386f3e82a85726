import * as z from 'zod'
import { method } from './method.js'
import { bytes, fileEntry, mid, nothing, ofUnit, path } from './shapes.js'

const reading = [
  'MIMEI_UNKNOWN',
  'RIGHT_MISSING',
  'VERSION_UNKNOWN',
  'PATH_UNKNOWN',
  'PATH_INVALID',
] as const
const writing = ['MIMEI_UNKNOWN', 'RIGHT_MISSING', 'PATH_INVALID', 'DISK_FULL'] as const
const target = { mid, path }

/** Whole files of any size go by `PUT` and `GET /mm/<mid>[:version]/<path>`; see docs/api.md. */
export const filesMethods = {
  'files.list': method(
    'anyone',
    'Entries of a directory, by name.',
    z.object({
      ...ofUnit,
      path: path.default(''),
      after: z.string().default('').describe('name to go on after'),
      limit: z.number().int().min(1).max(10_000).default(1000),
    }),
    z.object({ entries: z.array(fileEntry), more: z.boolean() }),
    reading,
  ),
  'files.stat': method(
    'anyone',
    'One file or directory.',
    z.object({ ...ofUnit, path }),
    fileEntry,
    reading,
  ),
  'files.read': method(
    'anyone',
    'A piece of a file, 4 MiB at most.',
    z.object({
      ...ofUnit,
      path,
      start: z.number().int().min(0).default(0),
      end: z.number().int().min(0).optional(),
    }),
    z.object({ bytes, size: z.number().int() }),
    reading,
  ),
  'files.write': method(
    'user',
    'Writes a whole small file.',
    z.object({ ...target, bytes }),
    fileEntry,
    writing,
  ),
  'files.append': method(
    'user',
    'Adds bytes at the end of a file.',
    z.object({ ...target, bytes }),
    fileEntry,
    writing,
  ),
  'files.truncate': method(
    'user',
    'Cuts a file, or fills it with zeros, to a size.',
    z.object({ ...target, size: z.number().int().min(0) }),
    fileEntry,
    writing,
  ),
  'files.mkdir': method(
    'user',
    'Makes a directory and those above it.',
    z.object(target),
    nothing,
    writing,
  ),
  'files.rename': method(
    'user',
    'Moves a file or directory.',
    z.object({ mid, from: path, to: path }),
    nothing,
    [...writing, 'PATH_UNKNOWN'],
  ),
  'files.copy': method(
    'user',
    'Copies by reference: no content is copied.',
    z.object({ mid, from: path, to: path }),
    nothing,
    [...writing, 'PATH_UNKNOWN'],
  ),
  'files.remove': method(
    'user',
    'Removes a file or directory.',
    z.object({ ...target, recursive: z.boolean().default(false) }),
    nothing,
    [...writing, 'PATH_UNKNOWN', 'DIRECTORY_NOT_EMPTY'],
  ),
}
