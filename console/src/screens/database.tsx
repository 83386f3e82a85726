import { useState } from 'preact/hooks'
import { Button } from '../parts/button'
import { Icon } from '../parts/icon'
import { Empty, ErrorNote, Note, SkeletonRows } from '../parts/states'
import { VersionPicker } from '../parts/version-picker'
import { type KeyType, keyTypes } from '../state/database'
import { useData } from '../state/data'
import { call, type UnitDetail } from '../state/node'
import { go, type Route, withQuery } from '../state/route'
import { count } from '../texts/format'
import { t } from '../texts/texts'
import { KeyList } from './database-keys'
import { KeyView } from './database-key'
import { NewKey } from './database-new'
import { versionOf } from './place'

const isKeyType = (text: string | null): text is KeyType => keyTypes.some((type) => type === text)

function Types(props: { counts: Partial<Record<KeyType, number>>; type: KeyType }) {
  return (
    <nav class="types" aria-label={t.database.types}>
      {keyTypes.map((type) => (
        <a
          key={type}
          href={withQuery({ type, key: undefined })}
          aria-current={type === props.type ? 'page' : undefined}
        >
          {t.database[type].many}
          <span class="tab-count">{count(props.counts[type] ?? 0)}</span>
        </a>
      ))}
    </nav>
  )
}

/** Keys of a database unit by type, and what is in the one that is open. */
export function DatabaseContent({ unit, route }: { unit: UnitDetail; route: Route }) {
  const [making, setMaking] = useState(false)
  const { mid } = unit
  const version = versionOf(unit, route)
  const writable = version === 'cur' && unit.mine
  const counts = useData(`unit:${mid}:counts:${version}`, () => call('db.counts', { mid, version }))
  const value: Partial<Record<KeyType, number>> = counts.value ?? {}
  const wish = route.query.get('type')
  const type = isKeyType(wish)
    ? wish
    : (keyTypes.find((each) => (value[each] ?? 0) > 0) ?? 'string')
  const key = route.query.get('key')
  const total = keyTypes.reduce((sum, each) => sum + (value[each] ?? 0), 0)
  const add = (
    <Button tone="primary" icon="plus" onClick={() => setMaking(true)}>
      {t.database.newKey}
    </Button>
  )
  return (
    <>
      <div class="toolbar">
        <Types counts={value} type={type} />
        <VersionPicker
          unit={unit}
          version={version}
          onPick={(next) => go(withQuery({ v: next, key: undefined }))}
        />
        {writable && total > 0 && add}
      </div>
      {!writable && unit.mine && <Note>{t.database.past}</Note>}
      {counts.error !== undefined && counts.value === undefined && (
        <ErrorNote error={counts.error} onRetry={counts.reload} />
      )}
      {counts.value === undefined && counts.error === undefined && <SkeletonRows />}
      {counts.value !== undefined && total === 0 && (
        <Empty
          icon="database"
          title={t.database.emptyTitle}
          {...(writable ? { actions: add } : {})}
        >
          {t.database.emptyText}
        </Empty>
      )}
      {total > 0 && (
        <div class={key === null ? 'split' : 'split open'}>
          <KeyList
            key={`${type}:${version}`}
            at={{ mid, version, type }}
            chosen={key}
            total={value[type] ?? 0}
          />
          {key === null ? (
            <div class="split-none quiet">
              <Icon name="database" size={28} />
              {t.database.choose}
            </div>
          ) : (
            <KeyView key={`${type}:${key}`} at={{ mid, version, type, key }} writable={writable} />
          )}
        </div>
      )}
      {making && <NewKey mid={mid} type={type} onClose={() => setMaking(false)} />}
    </>
  )
}
