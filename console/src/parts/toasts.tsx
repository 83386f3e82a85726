import { dismissToast, toasts } from '../state/toasts'
import { useStore } from '../state/store'
import { t } from '../texts/texts'
import { IconButton } from './button'

/** Short news, read out when they come. */
export function Toasts() {
  const all = useStore(toasts)
  return (
    <div class="toasts" role="status" aria-live="polite">
      {all.map(({ id, text, tone, action }) => (
        <div key={id} class={`toast ${tone}`}>
          <span>{text}</span>
          {action !== undefined && (
            <button type="button" class="toast-action" onClick={action.run}>
              {action.label}
            </button>
          )}
          <IconButton icon="close" label={t.close} onClick={() => dismissToast(id)} />
        </div>
      ))}
    </div>
  )
}
