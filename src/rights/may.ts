import { type KeyId, LeitherError } from '#base'
import type { Principal, UnitRights } from './principal.js'

/** `read`: a backed-up version; `readCur`: the working copy; `list`: see that the unit is there. */
export type Action = 'list' | 'read' | 'readCur' | 'write' | 'backup' | 'release' | 'grant'

/** The unit in question, as far as rights go. */
export interface Asked {
  readonly mid: string
  readonly author: KeyId
  /** the app that made it; `""` for none */
  readonly app: string
  readonly rights: UnitRights
}

export class RightMissing extends LeitherError {
  constructor(action: Action, mid: string, who: string) {
    const message =
      `${who} may not ${action} unit ${mid}; ` + 'sign in as its owner, or ask for the right'
    super('RIGHT_MISSING', 'denied', message, { action, mid, who })
  }
}

const digits = { read: 4, readCur: 1, write: 2 } as const

/**
 * An app reaches what is its own, and what its user opened to it by name; but who else may reach
 * that is no app's to say.
 */
const appReaches = (principal: Principal, action: Action, unit: Asked): boolean =>
  principal.app === undefined ||
  principal.app === unit.app ||
  (action !== 'grant' && principal.granted.includes(unit.mid))

function everyoneMay(action: Action, word: number): boolean {
  if (action === 'list') return (word & (digits.read | digits.readCur)) !== 0
  return action in digits && (word & digits[action as keyof typeof digits]) !== 0
}

function entryAllows(action: Action, allowed: readonly string[]): boolean {
  if (action === 'list') return allowed.length > 0
  if (action === 'readCur') return allowed.includes('write')
  return allowed.includes(action)
}

/** Whether the principal may do this to the unit. Pure; the only place where rights are decided. */
export function may(principal: Principal, action: Action, unit: Asked): boolean {
  if (everyoneMay(action, unit.rights.word)) return true
  if (principal.user === undefined || !appReaches(principal, action, unit)) return false
  if (principal.user === unit.author || principal.alsoOwns.includes(unit.author)) return true
  const entry = unit.rights.entries.find(({ key }) => key === principal.user)
  return entry !== undefined && entryAllows(action, entry.may)
}

/** @throws RightMissing unless the principal may do this */
export function demand(principal: Principal, action: Action, unit: Asked): void {
  if (may(principal, action, unit)) return
  const person = principal.user ?? 'a guest'
  const who = principal.app === undefined ? person : `app ${principal.app} for ${person}`
  throw new RightMissing(action, unit.mid, who)
}
