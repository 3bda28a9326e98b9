import Skeleton from '@cloudscape-design/components/skeleton';
import SpaceBetween from '@cloudscape-design/components/space-between';

/** Where something will be in a moment. */
export function Waiting({ lines = 4 }: { readonly lines?: number }) {
  return (
    <div aria-busy="true">
      <span className="away" role="status">
        Loading
      </span>
      <SpaceBetween size="s">
        {Array.from({ length: lines }, (_, line) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines are alike and stay where they are
          <Skeleton key={line} variant="text-body-m" width={line % 3 === 2 ? '60%' : '100%'} />
        ))}
      </SpaceBetween>
    </div>
  );
}
