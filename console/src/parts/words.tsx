import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import { visible, visibleLines } from '../kit/visible.ts';

/** Text that somebody else chose: names from the trail, reasons, user agents. Shown as text whatever is in it; long words break. */
export function Words({ children }: { readonly children: string | undefined }) {
  return <bdi className="words">{visible(children ?? '')}</bdi>;
}

/** The same for ids, addresses and ARNs. */
export function Mono({ children }: { readonly children: string | undefined }) {
  return (
    <bdi className="words mono" dir="ltr">
      {visible(children ?? '')}
    </bdi>
  );
}

/** A button that copies the text as it is, marks and all: what is copied must be what was recorded. */
export function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <CopyToClipboard
      variant="icon"
      copyButtonAriaLabel={`Copy ${what}`}
      copySuccessText="Copied"
      copyErrorText="The browser refused. Select the text and copy it by hand."
      textToCopy={text}
    />
  );
}

export function MonoWithCopy({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <span className="with-copy">
      <Copy text={text} what={what} />
      <Mono>{text}</Mono>
    </span>
  );
}

/** Lines to read and copy: commands, YAML, JSON. Scrolls by itself, also by keyboard. */
export function Lines({
  text,
  label,
  wrap,
}: {
  readonly text: string;
  readonly label: string;
  readonly wrap?: boolean;
}) {
  return (
    <div className="lines">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms, and a section would be one landmark among dozens */}
      <div className={wrap ? 'scrolls wrap' : 'scrolls'} role="group" aria-label={label} dir="ltr" tabIndex={0}>
        <pre>{visibleLines(text)}</pre>
      </div>
      <Copy text={text} what={label} />
    </div>
  );
}
