/** Checks of parameters against the contract; errors name the parameter and what it must be. */
import type { z } from 'zod'
import { BadInput } from '#base'
import type { Method } from './method.js'

type Issue = z.core.$ZodIssue

const unitOfSize: Readonly<Record<string, string>> = {
  string: ' characters',
  array: ' items',
  object: ' entries',
}

function sizeOf(word: string, limit: number | bigint, origin: string): string {
  const unit = unitOfSize[origin]
  return unit === undefined ? `be ${word} ${limit}` : `have ${word} ${limit}${unit}`
}

/** What the parameter must do, as the end of a sentence that begins with "it must". */
function demandOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `be ${/^[aeiou]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`
    case 'invalid_value':
      return `be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`
    case 'too_small':
      return sizeOf('at least', issue.minimum, issue.origin)
    case 'too_big':
      return sizeOf('at most', issue.maximum, issue.origin)
    case 'invalid_format':
      return `match ${issue.pattern}`
    case 'invalid_union':
      return [...new Set(issue.errors.map((errors) => demandOf(errors[0])))].join(' or ')
    default:
      return 'be another'
  }
}

/** The contract's own words where it has some: those begin in lower case, zod's do not. */
const adviceOf = (issue: Issue): string =>
  /^[a-z]/.test(issue.message) ? issue.message : `it must ${demandOf(issue)}`

/**
 * The parameters of a call, defaults filled in.
 * @param given what the caller sent; undefined counts as no parameters
 * @throws BadInput
 */
export function readParams<P extends z.ZodType>(
  name: string,
  method: Method<P>,
  given: unknown,
): z.output<P> {
  const read = method.params.safeParse(given ?? {})
  if (read.success) return read.data
  const issue = read.error.issues[0]
  const field = issue.path.map(String).join('.')
  const what = field === '' ? `the parameters of ${name}` : `parameter "${field}" of ${name}`
  throw new BadInput(`${what} cannot be taken`, adviceOf(issue), { field })
}
