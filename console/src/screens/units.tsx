import { useMemo, useState } from 'preact/hooks'
import { Button } from '../parts/button'
import { Segments } from '../parts/field'
import { Icon } from '../parts/icon'
import { Empty, ErrorNote, SkeletonRows } from '../parts/states'
import { useRowHeight, VirtualList } from '../parts/virtual-list'
import { useData } from '../state/data'
import { call, type Unit } from '../state/node'
import { go, route, withQuery } from '../state/route'
import { useStore } from '../state/store'
import { t } from '../texts/texts'
import { BringDialog } from './bring'
import { Page } from './page'
import { UnitRow } from './unit-row'
import { CreateUnit } from './units-create'

type Show = 'all' | 'files' | 'databases' | 'changed'

const passes: Record<Show, (unit: Unit) => boolean> = {
  all: () => true,
  files: ({ kind }) => kind === 'file',
  databases: ({ kind }) => kind === 'database',
  changed: ({ changed, mine }) => changed && mine,
}

const choices = (Object.keys(passes) as Show[]).map((value) => ({
  value,
  label: t.units.show[value],
}))

function useShown(units: readonly Unit[] | undefined, show: Show, question: string) {
  return useMemo(() => {
    const words = question.toLowerCase()
    return (units ?? [])
      .filter(passes[show])
      .filter(({ mark, mid }) => mark.toLowerCase().includes(words) || mid === question)
      .sort((one, other) => other.modified - one.modified)
  }, [units, show, question])
}

/** All units that the person may see on this node. */
export function Units() {
  const { query } = useStore(route)
  const [question, setQuestion] = useState('')
  const rowHeight = useRowHeight()
  const { value, error, reload } = useData('units', () => call('mimei.list', {}))
  const wish = query.get('show') ?? 'all'
  const show = wish in passes ? (wish as Show) : 'all'
  const units = useShown(value?.units, show, question)
  const closeDialog = (): void => go(withQuery({ new: undefined, bring: undefined }), true)
  const actions = (
    <>
      <Button icon="sync" onClick={() => go(withQuery({ bring: '1' }))}>
        {t.bring.title}
      </Button>
      <Button tone="primary" icon="plus" onClick={() => go(withQuery({ new: '1' }))}>
        {t.units.create}
      </Button>
    </>
  )
  const none = value?.units.length === 0
  return (
    <Page title={t.nav.units} lead={t.units.lead} actions={none ? undefined : actions}>
      {!none && (
        <div class="toolbar">
          <label class="filter">
            <Icon name="search" size={18} />
            <span class="unseen">{t.units.filter}</span>
            <input
              type="search"
              placeholder={t.units.filter}
              value={question}
              onInput={(event) => setQuestion(event.currentTarget.value)}
            />
          </label>
          <Segments
            label={t.units.showLabel}
            choices={choices}
            value={show}
            onValue={(next) => go(withQuery({ show: next === 'all' ? undefined : next }), true)}
          />
        </div>
      )}
      {error !== undefined && value === undefined && <ErrorNote error={error} onRetry={reload} />}
      {value === undefined && error === undefined && <SkeletonRows />}
      {none && (
        <Empty icon="units" title={t.units.emptyTitle} actions={actions}>
          {t.units.emptyText}
        </Empty>
      )}
      {value !== undefined && !none && units.length === 0 && (
        <Empty icon="search" title={t.units.noneTitle}>
          {t.units.noneText}
        </Empty>
      )}
      {units.length > 0 && (
        <VirtualList
          label={t.nav.units}
          items={units}
          rowHeight={rowHeight}
          keyOf={({ mid }) => mid}
          row={(unit) => <UnitRow unit={unit} />}
        />
      )}
      {query.has('new') && <CreateUnit onClose={closeDialog} />}
      {query.has('bring') && (
        <BringDialog
          mid={query.get('mid') ?? ''}
          from={query.get('from') ?? ''}
          onClose={closeDialog}
        />
      )}
    </Page>
  )
}
