import type { KeyId } from '#base'
import type { Unit } from '#mimei'
import type { UnitRights } from '#rights'

/** A unit as far as rights go; stays true while the unit is being removed. */
export interface Asked {
  readonly mid: string
  readonly author: KeyId
  readonly app: string
  readonly rights: UnitRights
}

export const askedOf = (unit: Pick<Unit, 'mid' | 'info' | 'rights'>): Asked => ({
  mid: unit.mid,
  author: unit.info.author,
  app: unit.info.app,
  rights: unit.rights(),
})
