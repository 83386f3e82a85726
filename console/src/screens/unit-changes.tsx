import { ErrorNote, Skeleton } from '../parts/states'
import { useData } from '../state/data'
import { call } from '../state/node'
import type { VersionName } from '../state/content'
import { t } from '../texts/texts'

const signs = { added: '+', removed: '−', changed: '•' } as const
/** lines that are shown at once */
const shown = 200

/** What changed between two versions: a line for each path or key, in words for those who listen. */
export function Changes(props: { mid: string; from: VersionName; to: VersionName }) {
  const { mid, from, to } = props
  const { value, error, reload } = useData(`unit:${mid}:diff:${from}:${to}`, () =>
    call('mimei.diff', { mid, from, to, limit: shown }),
  )
  if (error !== undefined) return <ErrorNote error={error} onRetry={reload} />
  if (value === undefined) return <Skeleton width="60%" height="72px" />
  const { changes, more } = value
  if (changes.length === 0) return <p class="quiet">{t.changes.none}</p>
  const sum = (kind: keyof typeof signs): number =>
    changes.filter(({ change }) => change === kind).length
  return (
    <div class="changes">
      <p class="small quiet">{t.changes.sum(sum('added'), sum('removed'), sum('changed'), more)}</p>
      <ul tabIndex={0} aria-label={t.changes.label}>
        {changes.map(({ path, change }) => (
          <li key={path} class={change}>
            <span aria-hidden="true">{signs[change]}</span>
            <span class="unseen">{t.changes[change]}</span>
            <span class="mono cut" title={path}>
              {path}
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
