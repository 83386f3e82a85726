import type { Unit } from '../state/node'
import { Icon, type IconName } from './icon'

export function iconOfUnit({ kind, ext }: Pick<Unit, 'kind' | 'ext'>): IconName {
  if (ext === 'app') return 'app'
  return kind === 'database' ? 'database' : 'folder'
}

/** What kind of unit this is, as a tile. */
export function UnitTile({ unit }: { unit: Pick<Unit, 'kind' | 'ext'> }) {
  const icon = iconOfUnit(unit)
  return (
    <span class={`tile ${icon}`}>
      <Icon name={icon} />
    </span>
  )
}
