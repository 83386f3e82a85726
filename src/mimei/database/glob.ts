/**
 * Patterns of scans, as in Redis: `*` any text, `?` one character, `[a-z]` or `[^a-z]` one of a
 * class, `\` takes the next character as it is.
 *
 * Matching goes back to the last star only, so its time is at most the length of the pattern times
 * that of the text: no pattern can hold up the node.
 */
import { fromText, limits } from '#base'
import { KeyTooLong } from './errors.js'

interface CharClass {
  readonly negated: boolean
  /** code points, both ends inclusive */
  readonly ranges: readonly (readonly [first: number, last: number])[]
}
type Token = number | 'any' | 'one' | CharClass

export interface Glob {
  /** what every matching text begins with */
  readonly prefix: string
  matches(text: string): boolean
}

const code = (char: string): number => char.codePointAt(0) as number

/** @param pattern `""` matches all @throws KeyTooLong */
export function glob(pattern: string): Glob {
  const bytes = fromText(pattern).length
  if (bytes > limits.keyBytes) throw new KeyTooLong('pattern', bytes, limits.keyBytes)
  if (pattern === '') return { prefix: '', matches: () => true }
  const tokens = parse([...pattern])
  const special = tokens.findIndex((token) => typeof token !== 'number')
  const fixed = tokens.slice(0, special < 0 ? tokens.length : special) as number[]
  return {
    prefix: String.fromCodePoint(...fixed),
    matches: (text) => matches(tokens, text),
  }
}

function parse(chars: readonly string[]): Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at]
    if (char === '*') {
      if (tokens[tokens.length - 1] !== 'any') tokens.push('any')
    } else if (char === '?') tokens.push('one')
    else if (char === '\\' && at + 1 < chars.length) tokens.push(code(chars[++at]))
    else if (char === '[') {
      const found = parseClass(chars, at + 1)
      if (found === undefined) tokens.push(code(char))
      else {
        tokens.push(found.token)
        at = found.end
      }
    } else tokens.push(code(char))
  }
  return tokens
}

/** A class whose `[` is just before; undefined where no `]` closes it. */
function parseClass(
  chars: readonly string[],
  begin: number,
): { token: CharClass; end: number } | undefined {
  const negated = chars[begin] === '^'
  const ranges: [number, number][] = []
  let at = negated ? begin + 1 : begin
  const take = (): number => code(chars[chars[at] === '\\' && at + 1 < chars.length ? ++at : at])
  for (; at < chars.length && chars[at] !== ']'; at++) {
    const first = take()
    let last = first
    if (chars[at + 1] === '-' && at + 2 < chars.length && chars[at + 2] !== ']') {
      at += 2
      last = take()
    }
    ranges.push([Math.min(first, last), Math.max(first, last)])
  }
  return at < chars.length ? { token: { negated, ranges }, end: at } : undefined
}

function fits(token: Token, char: number): boolean {
  if (typeof token === 'number') return token === char
  if (token === 'one') return true
  if (token === 'any') return false
  return token.ranges.some(([first, last]) => char >= first && char <= last) !== token.negated
}

function matches(tokens: readonly Token[], text: string): boolean {
  const chars = Array.from(text, code)
  let token = 0
  let char = 0
  let starToken = -1
  let starChar = 0
  while (char < chars.length) {
    if (tokens[token] === 'any') {
      starToken = token++
      starChar = char
    } else if (token < tokens.length && fits(tokens[token], chars[char])) {
      token++
      char++
    } else {
      if (starToken < 0) return false
      // The last star takes one character more; earlier stars never need to.
      token = starToken + 1
      char = ++starChar
    }
  }
  while (tokens[token] === 'any') token++
  return token === tokens.length
}
