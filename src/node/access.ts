/**
 * Opening units for someone: the only way from an API call to a unit, so that #rights decides every
 * time.
 */
import { BadInput } from '#base'
import type { Database, FileTree, Unit, Units, VersionName } from '#mimei'
import { type Action, demand, may, type Principal } from '#rights'
import { askedOf } from './asked.js'

/** `cur`, `last`, `release`, a number or its digits, as callers send it. */
export type GivenVersion = string | number | undefined

export interface Reading {
  readonly unit: Unit
  readonly version: VersionName
}

export interface Access {
  /** @throws UnknownMimei, RightMissing */
  unit(principal: Principal, mid: string, action: Action): Unit
  may(principal: Principal, action: Action, unit: Unit): boolean
  /**
   * The unit and the version to read: without a name cur where the caller may read it, else last.
   * @throws UnknownMimei, RightMissing, BadInput
   */
  reading(principal: Principal, mid: string, version: GivenVersion): Reading
  /** Files of a version to read. @throws also UnknownVersion, VersionNotHere, WrongKind */
  files(principal: Principal, mid: string, version: GivenVersion): FileTree
  /** Files of cur to write. */
  writableFiles(principal: Principal, mid: string): FileTree
  /** Database of a version to read. */
  database(principal: Principal, mid: string, version: GivenVersion): Database
}

/** @throws BadInput */
export function versionNameOf(version: string | number): VersionName {
  if (version === 'cur' || version === 'last' || version === 'release') return version
  if (typeof version === 'number') return version
  if (/^\d{1,9}$/.test(version)) return Number(version)
  throw new BadInput(
    `"${version.slice(0, 40)}" names no version`,
    'a version is cur, last, release or a number',
  )
}

export function openAccess(units: Pick<Units, 'get'>): Access {
  const unitFor: Access['unit'] = (principal, mid, action) => {
    const unit = units.get(mid)
    demand(principal, action, askedOf(unit))
    return unit
  }
  const reading: Access['reading'] = (principal, mid, given) => {
    if (given === undefined) {
      const unit = units.get(mid)
      if (may(principal, 'readCur', askedOf(unit))) return { unit, version: 'cur' }
      demand(principal, 'read', askedOf(unit))
      return { unit, version: 'last' }
    }
    const version = versionNameOf(given)
    return { unit: unitFor(principal, mid, version === 'cur' ? 'readCur' : 'read'), version }
  }
  return {
    unit: unitFor,
    may: (principal, action, unit) => may(principal, action, askedOf(unit)),
    reading,
    files(principal, mid, given) {
      const { unit, version } = reading(principal, mid, given)
      return unit.files(version)
    },
    writableFiles: (principal, mid) => unitFor(principal, mid, 'write').files('cur'),
    database(principal, mid, given) {
      const { unit, version } = reading(principal, mid, given)
      return unit.database(version)
    },
  }
}
