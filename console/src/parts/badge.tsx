import type { ComponentChildren } from 'preact'
import { isOpen } from '../state/content'
import type { Unit } from '../state/node'
import { t } from '../texts/texts'
import { Icon, type IconName } from './icon'

export function Badge(props: {
  tone?: 'plain' | 'warn' | 'ok' | 'accent'
  icon?: IconName
  title?: string
  children: ComponentChildren
}) {
  return (
    <span class={`badge ${props.tone ?? 'plain'}`} title={props.title}>
      {props.icon !== undefined && <Icon name={props.icon} size={14} />}
      {props.children}
    </span>
  )
}

/** Who may read a unit, and whether the network knows of it. */
export function UnitBadges({ unit }: { unit: Unit }) {
  return (
    <>
      {unit.published && (
        <Badge tone="ok" icon="network" title={t.badges.publishedHint}>
          {t.badges.published}
        </Badge>
      )}
      {unit.app !== '' && (
        <Badge icon="app" title={t.badges.ofAppHint}>
          {t.badges.ofApp}
        </Badge>
      )}
      {!unit.mine && <Badge icon="people">{t.badges.fromElsewhere}</Badge>}
      {isOpen(unit.right, 'last') ? (
        <Badge icon="globe" title={t.badges.openHint}>
          {t.badges.open}
        </Badge>
      ) : (
        <Badge icon="lock" title={t.badges.closedHint}>
          {t.badges.closed}
        </Badge>
      )}
    </>
  )
}
