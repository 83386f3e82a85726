/**
 * `leither db …`: the methods of the group `db`, each a command made from one line: what its
 * arguments are called says how they are read.
 */
import { type MethodName, methods, type Params } from '#api'
import { fromJson, toJson, type Value } from '#base'
import type { Client } from '#client'
import { type Command, command, type Options } from '../command.js'
import { UsageError } from '../errors.js'
import { unitOf, wholeNumber } from '../parse.js'

interface Line {
  /** arguments behind MID, such as `KEY FIELD [VALUE...]` */
  readonly args: string
  readonly example: string
  readonly options?: Options
}

const page: Options = {
  begin: { type: 'string', describe: 'name to begin at' },
  after: { type: 'string', describe: 'name to go on after' },
  match: { type: 'string', value: 'PATTERN', describe: 'names like this only, such as user:*' },
  count: { type: 'string', value: 'N', describe: 'at most this many (100)' },
  reverse: { type: 'boolean', describe: 'from the end to the beginning' },
}
const type: Options = {
  type: {
    type: 'string',
    value: 'TYPE',
    describe: 'string (the default), hash, list, set or zset',
  },
}
const reverse: Options = { reverse: page.reverse }

const linesByName = {
  get: { args: 'KEY', example: 'greeting' },
  mget: { args: 'KEY...', example: 'greeting farewell' },
  exists: { args: 'KEY', example: 'greeting' },
  strlen: { args: 'KEY', example: 'greeting' },
  set: { args: 'KEY VALUE', example: `greeting '"hello"'` },
  mset: { args: 'KEY VALUE...', example: 'one 1 two 2' },
  del: { args: 'KEY...', example: 'greeting farewell' },
  incrby: { args: 'KEY [DELTA]', example: 'visits 1' },
  hget: { args: 'KEY FIELD', example: 'user:1 name' },
  hmget: { args: 'KEY FIELD...', example: 'user:1 name age' },
  hgetall: { args: 'KEY', example: 'user:1' },
  hkeys: { args: 'KEY', example: 'user:1' },
  hlen: { args: 'KEY', example: 'user:1' },
  hscan: { args: 'KEY', example: 'user:1 --count 10', options: page },
  hset: { args: 'KEY FIELD VALUE', example: 'user:1 name Ada' },
  hmset: { args: 'KEY FIELD VALUE...', example: 'user:1 name Ada age 36' },
  hdel: { args: 'KEY FIELD...', example: 'user:1 age' },
  hincrby: { args: 'KEY FIELD [DELTA]', example: 'user:1 visits' },
  llen: { args: 'KEY', example: 'queue' },
  lindex: { args: 'KEY INDEX', example: 'queue -1' },
  lrange: { args: 'KEY [START] [STOP]', example: 'queue 0 9' },
  lpush: { args: 'KEY VALUE...', example: 'queue first' },
  rpush: { args: 'KEY VALUE...', example: 'queue last' },
  lpop: { args: 'KEY', example: 'queue' },
  rpop: { args: 'KEY', example: 'queue' },
  lset: { args: 'KEY INDEX VALUE', example: 'queue 0 changed' },
  scard: { args: 'KEY', example: 'tags' },
  sismember: { args: 'KEY MEMBER', example: 'tags sea' },
  smembers: { args: 'KEY', example: 'tags' },
  sdiff: { args: 'KEY...', example: 'tags hidden' },
  sinter: { args: 'KEY...', example: 'tags shown' },
  sunion: { args: 'KEY...', example: 'tags more' },
  sadd: { args: 'KEY MEMBER...', example: 'tags sea summer' },
  srem: { args: 'KEY MEMBER...', example: 'tags sea' },
  zscore: { args: 'KEY MEMBER', example: 'scores Ada' },
  zcard: { args: 'KEY', example: 'scores' },
  zrank: { args: 'KEY MEMBER', example: 'scores Ada' },
  zcount: { args: 'KEY MIN MAX', example: 'scores 0 100' },
  zrange: { args: 'KEY [START] [STOP]', example: 'scores 0 -1 --reverse', options: reverse },
  zrangebyscore: {
    args: 'KEY MIN MAX',
    example: 'scores 50 100',
    options: {
      offset: { type: 'string', value: 'N', describe: 'leave out this many' },
      count: page.count,
      ...reverse,
    },
  },
  zadd: { args: 'KEY SCORE MEMBER...', example: 'scores 10 Ada 8 Grace' },
  zrem: { args: 'KEY MEMBER...', example: 'scores Ada' },
  zincrby: { args: 'KEY DELTA MEMBER', example: 'scores 2 Ada' },
  zremrangebyscore: { args: 'KEY MIN MAX', example: 'scores 0 10' },
  scan: { args: '', example: '--type hash --match "user:*"', options: { ...type, ...page } },
  counts: { args: '', example: '' },
  clear: { args: 'KEY...', example: 'user:1 --type hash', options: type },
} as const satisfies Readonly<Record<string, Line>>

type Name = keyof typeof linesByName

/** Names of the commands, without the group. */
export const databaseNames = Object.keys(linesByName) as Name[]

const numbers = new Set(['DELTA', 'INDEX', 'START', 'STOP', 'MIN', 'MAX', 'SCORE'])
const numberOptions = new Set(['count', 'offset'])

/** JSON where it is JSON, else the text itself. */
function valueOf(text: string): Value {
  try {
    return fromJson(text)
  } catch {
    return text
  }
}

function one(name: string, text: string): unknown {
  if (numbers.has(name)) return wholeNumber(name, text, { min: Number.MIN_SAFE_INTEGER })
  return name === 'VALUE' ? valueOf(text) : text
}

/** What repeats at the end: one name or two, and the parameter that it fills. */
const repeated: Readonly<Record<string, { readonly names: readonly string[]; param: string }>> = {
  'KEY...': { names: ['KEY'], param: 'keys' },
  'VALUE...': { names: ['VALUE'], param: 'values' },
  'FIELD...': { names: ['FIELD'], param: 'fields' },
  'MEMBER...': { names: ['MEMBER'], param: 'members' },
  'KEY VALUE...': { names: ['KEY', 'VALUE'], param: 'pairs' },
  'FIELD VALUE...': { names: ['FIELD', 'VALUE'], param: 'fields' },
  'SCORE MEMBER...': { names: ['SCORE', 'MEMBER'], param: 'pairs' },
}

/** How the arguments of a line end: in something that repeats, or not. */
function partsOf(args: string): { single: readonly string[]; tail: string | undefined } {
  const all = args.split(' ').filter((name) => name !== '')
  // Values pushed to a list stand behind a key: only hashes and plain keys take pairs.
  const listed = args === 'KEY VALUE...' ? [2] : [2, 1]
  for (const count of listed) {
    const tail = all.slice(-count).join(' ')
    if (all.length >= count && Object.hasOwn(repeated, tail)) {
      return { single: all.slice(0, -count), tail }
    }
  }
  return { single: all, tail: undefined }
}

function tailParams(tail: string, words: readonly string[]): Record<string, unknown> {
  const { names, param } = repeated[tail]
  if (names.length === 1) return { [param]: words.map((word) => one(names[0], word)) }
  if (words.length % 2 !== 0) throw new UsageError(`${names.join(' and ')} come in pairs`)
  const pairs: Record<string, unknown>[] = []
  for (let i = 0; i < words.length; i += 2) {
    pairs.push({
      [names[0].toLowerCase()]: one(names[0], words[i]),
      [names[1].toLowerCase()]: one(names[1], words[i + 1]),
    })
  }
  return { [param]: pairs }
}

/** Parameters from the words behind MID. @throws UsageError */
function paramsOf(name: Name, words: readonly string[]): Record<string, unknown> {
  // `lpush KEY VALUE...` is a key and values; `mset KEY VALUE...` is pairs.
  const { args } = linesByName[name]
  const pushes = name === 'lpush' || name === 'rpush'
  const { single, tail } = pushes ? { single: ['KEY'], tail: 'VALUE...' } : partsOf(args)
  const params: Record<string, unknown> = {}
  single.forEach((placeholder, i) => {
    const bare = placeholder.replace(/[[\]]/g, '')
    if (words[i] !== undefined) params[bare.toLowerCase()] = one(bare, words[i])
  })
  return tail === undefined
    ? params
    : { ...params, ...tailParams(tail, words.slice(single.length)) }
}

function optionParams(options: Readonly<Record<string, unknown>>, own: Options) {
  const params: Record<string, unknown> = {}
  for (const name of Object.keys(own)) {
    const value = options[name]
    if (value === undefined) continue
    if (name === 'after') Object.assign(params, { begin: value, inclusive: false })
    else params[name] = numberOptions.has(name) ? wholeNumber(`--${name}`, String(value)) : value
  }
  return params
}

/** The result as people read it: the one thing in it, a line per item. */
function readable(result: Readonly<Record<string, unknown>>): string {
  const values = Object.values(result)
  const [only] = values
  const shown = (value: unknown): string => (typeof value === 'string' ? value : toJson(value))
  if (values.length !== 1) return values.length === 0 ? '' : toJson(result, 2)
  if (!Array.isArray(only)) return shown(only)
  const rows = only.map((item: unknown) => {
    const isRow = typeof item === 'object' && item !== null && ('field' in item || 'score' in item)
    return isRow ? Object.values(item).map(shown).join('\t') : shown(item)
  })
  return rows.join('\n')
}

type AnyCall = (name: MethodName, params: unknown) => Promise<Readonly<Record<string, unknown>>>

/** The command of one method. */
export function databaseCommand(name: Name): Command {
  const line: Line = linesByName[name]
  const options: Options = line.options ?? {}
  return command({
    name: `db ${name}`,
    describe: methods[`db.${name}`].summary,
    args: ['MID[:VERSION]', ...line.args.split(' ').filter((arg) => arg !== '')],
    examples: [`leither db ${name} MID ${line.example}`.trimEnd()],
    options,
    async run({ args, options: given, connect, answer }) {
      const unit = unitOf(args[0])
      const params = { ...unit, ...paramsOf(name, args.slice(1)), ...optionParams(given, options) }
      const client: Client = await connect()
      const result = await (client.call as AnyCall)(`db.${name}`, params as Params<'db.get'>)
      answer({ json: { mid: unit.mid, ...result }, text: readable(result) })
    },
  })
}
