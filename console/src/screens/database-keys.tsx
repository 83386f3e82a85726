import { useState } from 'preact/hooks'
import { Button } from '../parts/button'
import { Icon } from '../parts/icon'
import { ErrorNote, SkeletonRows } from '../parts/states'
import { type KeyAt, keysOf } from '../state/database'
import { useData } from '../state/data'
import { withQuery } from '../state/route'
import { count } from '../texts/format'
import { t } from '../texts/texts'

/** keys of one page */
const page = 200

/** Names of the keys of one type, a page at a time. */
export function KeyList(props: { at: Omit<KeyAt, 'key'>; chosen: string | null; total: number }) {
  const { at, chosen, total } = props
  const [filter, setFilter] = useState('')
  const [pages, setPages] = useState(1)
  const { value, error, loading, reload } = useData(
    `unit:${at.mid}:keys:${at.version}:${at.type}:${pages}:${filter}`,
    () => keysOf(at, filter, '', pages * page),
  )
  const move = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step === 0) return
    event.preventDefault()
    const links = [...(event.currentTarget as Element).querySelectorAll('a')]
    links[links.indexOf(event.target as HTMLAnchorElement) + step]?.focus()
  }
  return (
    <div class="keys">
      <label class="filter">
        <Icon name="search" size={18} />
        <span class="unseen">{t.database.filter}</span>
        <input
          type="search"
          placeholder={t.database.filter}
          value={filter}
          onInput={(event) => {
            setFilter(event.currentTarget.value)
            setPages(1)
          }}
        />
      </label>
      {error !== undefined && value === undefined && <ErrorNote error={error} onRetry={reload} />}
      {value === undefined && error === undefined && <SkeletonRows count={4} />}
      {value?.length === 0 && (
        <p class="quiet keys-none">
          {filter === '' ? t.database.noneOf(t.database[at.type].many) : t.nothingFound(filter)}
        </p>
      )}
      <ul class="key-list" aria-label={t.database[at.type].many} onKeyDown={move}>
        {value?.map((key) => (
          <li key={key}>
            <a
              href={withQuery({ type: at.type, key })}
              aria-current={key === chosen ? 'true' : undefined}
              class="mono cut"
              title={key}
            >
              {key}
            </a>
          </li>
        ))}
      </ul>
      {value !== undefined && value.length === pages * page && (
        <Button busy={loading} onClick={() => setPages(pages + 1)}>
          {t.database.more(count(value.length), filter === '' ? count(total) : undefined)}
        </Button>
      )}
    </div>
  )
}
